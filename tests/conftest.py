"""Options of the tests."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what is read now as what is expected")


@pytest.fixture
def update_golden(request):
    return request.config.getoption("--update-golden")
