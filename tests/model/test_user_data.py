from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.user_data import MAX_BYTES, mime_problems, user_data_size_problems


@given(st.text(alphabet="ab-=", min_size=1, max_size=20), st.booleans(), st.text(max_size=50))
def test_any_boundary_is_taken_in_quotes(boundary: str, version_first: bool, script: str) -> None:
    version, kind = "MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"'
    header = "\n".join((version, kind) if version_first else (kind, version))
    text = f"{header}\n\n--{boundary}\nContent-Type: text/x-shellscript\n\n{script}\n--{boundary}--\n"
    assert not mime_problems(text)


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    for own_image in (True, False):
        for problem in mime_problems(text, own_image=own_image):
            assert problem.fix


def test_a_header_in_the_body_is_none() -> None:
    (problem,) = mime_problems('#!/bin/bash\n\nContent-Type: multipart/mixed; boundary="B"\n\n--B\n')
    assert problem.value == "#!/bin/bash"


def test_a_long_line_is_cut() -> None:
    (problem,) = mime_problems("#!/bin/bash " + "x" * 100)
    assert str(problem.value).endswith("...")


def test_bytes_count() -> None:
    assert not user_data_size_problems("x" * MAX_BYTES)
    assert user_data_size_problems("ü" * (MAX_BYTES // 2 + 1))
