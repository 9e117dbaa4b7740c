import threading

import pytest

from zoetrope.core.cancel import stop_if
from zoetrope.core.errors import Cancelled


def test_a_flag_and_a_function_stop_alike():
    flag = threading.Event()
    stop_if(None, "here")
    stop_if(flag, "here")
    stop_if(lambda: False, "here")
    flag.set()
    for cancel in (flag, lambda: True):
        with pytest.raises(Cancelled, match="before step 3"):
            stop_if(cancel, "before step 3")
