# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class PlanSteps:
    """The steps of a plan in order, and which of them wait for which; as they are in a
    form, where some aren't saved yet and are known by their codes only.

    :param plan: a plan, maybe in memory
    :param edited: a step that is changed in a form of its own: it takes the place of
        the plan's, or comes last
    """

    def __init__(self, plan, edited=None):
        lines = list(plan.template_ids.sorted("sequence"))
        if edited is not None:
            others = [line for line in lines if not self._is_same(line, edited)]
            if len(others) == len(lines):
                lines.append(edited)
            lines = [edited if line not in others else line for line in lines]
        self.lines = lines
        self._places = {line: place for place, line in enumerate(lines)}
        self._place_by_code = {}
        for place, line in enumerate(lines):
            if line.code:
                self._place_by_code.setdefault(line.code, place)
        #: place of a step -> places of the steps that it waits for
        self.after = {place: self._find_after(place) for place in range(len(lines))}

    @staticmethod
    def _is_same(line, other):
        if line._origin or other._origin:
            return line._origin == other._origin
        # A form of its own doesn't know which line of the plan it is.
        return line == other or bool(line.code and line.code == other.code)

    def get_place(self, step):
        """:returns: the place of a step in the plan, from 0; None for another one"""
        return self._places.get(step)

    def _find_after(self, place):
        step = self.lines[place]
        codes = step._read_after_codes()
        if codes:
            places = (self._place_by_code.get(code) for code in codes)
            return sorted({found for found in places if found is not None})
        return [place - 1] if place and step._refers_to_previous() else []

    def find_missing(self, place):
        """:returns: codes that a step names, and that no step of the plan has"""
        codes = self.lines[place]._read_after_codes()
        return [code for code in codes if code not in self._place_by_code]

    def get_before(self, place):
        """:returns: the steps that a step waits for"""
        lines = [self.lines[other] for other in self.after[place]]
        return self.lines[place].browse().union(*lines)
