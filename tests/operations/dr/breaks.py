"""For each kind of dependency, ways to break its counterpart, and what the audit must say."""

from tests.operations.dr.breaks_data import DATA, SETTINGS
from tests.operations.dr.breaks_network import CAPACITY, NETWORK
from tests.operations.dr.breaks_objects import LOGS, OBJECTS
from tests.operations.dr.breaks_service import ENTRY, SERVICE

BREAKS = SERVICE | ENTRY | DATA | SETTINGS | OBJECTS | LOGS | NETWORK | CAPACITY
