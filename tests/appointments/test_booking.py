"""x"""

import pytest
from tests.builders import *


def test_x(db):
    p = make_practice()
    c = make_client(p)
    a = make_appointment(p, c)
    make_line(p)
    with acting_for(p.id):
        print(a.__dict__)
