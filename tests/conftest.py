"""Options of the tests."""

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # what an example takes depends on what else the machine does, and on what was worked out before it
settings.load_profile("untimed")


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what is read now as what is expected")


@pytest.fixture
def update_golden(request):
    return request.config.getoption("--update-golden")
