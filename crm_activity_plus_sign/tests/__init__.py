# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_sign_browser
from . import test_sign_concurrency
from . import test_sign_page
from . import test_sign_request
from . import test_sign_security
from . import test_tools_pdf
from . import test_request
from . import test_bad_input
from . import test_steps
from . import test_access
from . import test_documents
from . import test_garbage
from . import test_readonly
from . import test_lifecycle
from . import test_sign_races
from . import test_sign_tour
from . import test_sign_archived
from . import test_sign_proof
from . import test_sign_rights
from . import test_tools_pdf_places
