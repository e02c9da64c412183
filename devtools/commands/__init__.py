"""The commands of ./dev, one module each, with a function main(paths, arguments)."""
