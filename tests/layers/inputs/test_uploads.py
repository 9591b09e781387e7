import csv
import io
import pickle
import re
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from layers.inputs.fields import BadInputError
from layers.inputs.uploads import MAXIMUM_BYTES, read_array

SENTENCE = r"(?s)^`.+` cannot be read: expected .+\. Received .+\. .+\.$"
"""What failed: what was expected. Received … . What would do."""

nan = np.nan


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def with_header(header, body=b"", version=(1, 0)):
    length = len(header).to_bytes(2 if version == (1, 0) else 4, "little")
    return b"\x93NUMPY" + bytes(version) + length + header.encode("latin1") + body


def claiming(shape, body=b"", descr="<f4"):
    return with_header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}", body)


@pytest.mark.parametrize(
    "text",
    [
        b"1,2.5,-3\n4,5,6e2",
        b"1,2.5,-3\n4,5,6e2\n",
        b"1;2.5;-3\n4;5;6e2\n",
        b"1\t2.5\t-3\n4\t5\t6e2\n",
        b"1;2,5;-3\n4;5,0;6e2\n",
        b"a;b;c\n1,0;2,5;-3\n4;5;6,0e2\n",
        b"1\t2,5\t-3\n4\t5\t0,6e3\n",
        b"1 2.5 -3\n4   5 6e2\n",
        b" 1, 2.5, -3\n 4, 5, 6e2\n",
        b"1,2.5,-3\r\n4,5,6e2\r\n",
        b"\n1,2.5,-3\n\n4,5,6e2\n\n",
        b'"1","2.5","-3"\n"4","5","6e2"\n',
        b"\xef\xbb\xbf1,2.5,-3\n4,5,6e2\n",
        b"a,b,c\n1,2.5,-3\n4,5,6e2\n",
        b"\xef\xbb\xbfa;b;c\r\n1;2.5;-3\r\n4;5;6e2\r\n",
        "größe,b,c\n1,2.5,-3\n4,5,6e2\n".encode(),
    ],
)
def test_a_table_is_read_however_it_is_delimited_headed_and_ended(text):
    array = read_array("table.csv", text)
    np.testing.assert_array_equal(array, np.array([[1, 2.5, -3], [4, 5, 600]], "float32"))
    assert array.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1,,3\n4, ,6\n", [[1, nan, 3], [4, nan, 6]]),
        (b"1\t\t3\n", [[1, nan, 3]]),
        (b"1,2,\n3,4,\n", [[1, 2, nan], [3, 4, nan]]),
        (b",,\n1,2,3\n", [[nan, nan, nan], [1, 2, 3]]),
        (b"nan,inf,-Infinity\n", [[nan, np.inf, -np.inf]]),
        (b"1e400,1e39,1\n", [[np.inf, np.inf, 1]]),
        (b"7", [[7]]),
        (b"1\n2\n3\n", [[1], [2], [3]]),
    ],
)
def test_empty_cells_are_nan_and_what_is_not_finite_comes_through(text, expected):
    np.testing.assert_array_equal(read_array("table.csv", text), expected)


@settings(max_examples=30, deadline=None)
@given(
    array=arrays(
        "float32",
        st.tuples(st.integers(1, 5), st.integers(1, 5)),
        elements=st.floats(width=32, allow_subnormal=False),
    ),
    delimiter=st.sampled_from(",;\t"),
)
def test_any_matrix_written_by_the_csv_module_reads_back_the_same(array, delimiter):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(array.tolist())
    np.testing.assert_array_equal(read_array("table.csv", stream.getvalue().encode()), array)


@pytest.mark.parametrize(
    ("text", "received"),
    [
        (b"", "an empty file"),
        (b" \n\n", "none"),
        (b"\xef\xbb\xbf", "none"),
        (b"1,2\n3\n", "1 in row 2"),
        (b"1,2\n3,4,5\n", "3 in row 2"),
        (b"a,b\n", "'a' in row 1, column 1"),
        (b"1,2\n3,x\n", "'x' in row 2, column 2"),
        (b"hello", "'hello' in row 1, column 1"),
        ("1,−2\n".encode(), "'−2' in row 1, column 2"),
        ("1,2\n".encode("utf-16"), "bytes that are not"),
        (b"1,\xe9\n", "bytes that are not"),
        (b"PK\x03\x04\x14\x00\x06\x00", r"in row 1, column 1"),
        (b"1," + b"9" * 200_000 + b"x", "in row 1, column 2|field larger than field limit"),
        (b"0" + b",0" * 2**20, "1 × 1048577"),
        (b"0\n" * (2**20 + 1), "1,048,577 rows"),
    ],
)
def test_a_file_that_is_no_table_of_numbers_is_refused_in_a_sentence(text, received):
    with pytest.raises(BadInputError, match=SENTENCE) as refusal:
        read_array("table.csv", text)
    assert refusal.match(received)
    assert len(str(refusal.value)) < 300


def test_a_file_over_the_limit_is_refused_before_it_is_looked_at():
    with pytest.raises(BadInputError, match=r"expected at most 8,388,608 bytes\. Received 8,"):
        read_array("table.csv", b"1" * (MAXIMUM_BYTES + 1))


def test_a_long_file_name_is_cut_in_the_sentence():
    with pytest.raises(BadInputError, match=SENTENCE) as refusal:
        read_array("x" * 10_000, b"")
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.5, -2], [0, 4]]),
        np.array([[1.5, -2], [0, 4]], ">f8"),
        np.array([[1.5, -2], [0, 4]], "float16"),
        np.array([[1, -2, 3]], "int64"),
        np.array([0, 200, 255], "uint8"),
        np.array([[True], [False]]),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24.0).reshape(4, 3, 2).transpose(2, 0, 1),
        np.array([nan, np.inf, -np.inf]),
        np.ones((1, 2, 1, 2, 1)),
    ],
    ids=lambda array: f"{array.dtype}-{array.shape}",
)
def test_an_array_saved_by_numpy_is_read_as_float32(array):
    read = read_array("array.npy", npy(array))
    assert read.dtype == np.float32
    assert read.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(read, array.astype("float32"))


def test_an_npy_file_is_known_by_its_first_bytes_too():
    np.testing.assert_array_equal(read_array("upload", npy(np.array([1, 2]))), [1, 2])


def test_numbers_too_large_for_float32_become_infinities():
    read = read_array("array.npy", npy(np.array([1e300, -1e300])))
    np.testing.assert_array_equal(read, [np.inf, -np.inf])


class Payload:
    """When unpickled it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


# Loading the payload opens a file that nobody closes: that it does is what is shown.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_array_of_objects_is_refused_without_unpickling_it(tmp_path):
    harmed = tmp_path / "harmed"
    data = npy(np.array([Payload(harmed)], dtype=object))
    with pytest.raises(BadInputError, match="Python objects, which are never loaded"):
        read_array("array.npy", data)
    assert not harmed.exists()
    np.load(io.BytesIO(data), allow_pickle=True)
    assert harmed.exists(), "the payload is a live one"


@pytest.mark.parametrize("name", ["array.npy", "array.csv"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_bare_pickle_is_refused_without_unpickling_it(name, tmp_path):
    harmed = tmp_path / "harmed"
    with pytest.raises(BadInputError, match=SENTENCE):
        read_array(name, pickle.dumps(Payload(harmed)))
    assert not harmed.exists()


@pytest.mark.parametrize(
    ("data", "received"),
    [
        (npy(np.array([1 + 2j])), "the type complex128"),
        (npy(np.array(["a"])), "the type <U1"),
        (npy(np.array([(1, 2.0)], [("a", "i4"), ("b", "f4")])), "the type "),
        (npy(np.array(["2020-01-01"], "datetime64[D]")), "the type datetime64"),
        (npy(np.zeros((1,) * 6)), "the shape 1 × 1 × 1 × 1 × 1 × 1"),
        (npy(np.zeros((3, 0))), "the shape 3 × 0"),
        (npy(np.zeros((2, 3)))[:-1], "47"),
        (npy(np.zeros((2, 3)))[:40], "EOF"),
        (b"\x93NUMPY", "EOF"),
        (b"not an array", "magic string"),
        (claiming("(50_000_000,)", bytes(8)), "the shape 50000000"),
        (claiming("(1000, 1000)", bytes(8)), "8"),
        (claiming("(-1, 5)", bytes(20)), "the shape -1 × 5"),
        (claiming("(-2, -3)", bytes(24)), "the shape -2 × -3"),
        (claiming("(99999999999999999999, 0)"), "the shape "),
        (claiming("(-99999999999999999999,)"), "the shape "),
        (claiming("(True,)", bytes(4)), "the shape True"),
        (claiming("(2.5,)", bytes(8)), "shape is not valid"),
        (claiming("2", bytes(8)), "shape is not valid"),
        (claiming("(2,)", bytes(8), descr="banana"), "descr is not a valid dtype"),
        (claiming("(2,)", bytes(8), descr="O"), "Python objects"),
        (with_header("{}"), "correct keys"),
        (with_header("__import__('os').system('true')"), "Cannot parse header|malformed"),
        (with_header("{'descr': '''"), "EOF"),
        (with_header("(" * 9000), "."),
        (with_header("-" * 9000 + "1"), "."),
        (with_header("[" * 9000 + "]" * 9000), "."),
        (with_header(" " * 60_000 + "{}"), "Header info length"),
    ],
    ids=range(28),
)
def test_an_npy_file_that_lies_or_holds_no_numbers_is_refused_in_a_sentence(data, received):
    with pytest.raises(BadInputError, match=SENTENCE) as refusal:
        read_array("array.npy", data)
    assert refusal.match(f"Received .*{received}")
    assert len(str(refusal.value)) < 300


def test_a_claim_of_200_megabytes_costs_no_memory():
    tracemalloc.start()
    with pytest.raises(BadInputError, match="at most 1,048,576 numbers"):
        read_array("array.npy", claiming("(50_000, 1_000)", bytes(100)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_npy_file_is_read_or_refused_but_never_anything_else(data):
    whole = bytearray(npy(np.arange(12, dtype="float32").reshape(3, 4)))
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, 127) | st.integers(0, len(whole) - 1))
        whole[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole), 127, 100, 20, 9, 7]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Reading `.npy`", UserWarning)  # of Python 2, it says
        warnings.filterwarnings("ignore", category=SyntaxWarning)  # of the header, parsed
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # likewise
        try:
            read, sentence = read_array("array.npy", bytes(whole[:cut])), ""
        except BadInputError as refusal:
            read, sentence = None, str(refusal)
    assert re.match(SENTENCE, sentence) if read is None else read.dtype == np.float32


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("0123456789.,;\t\n\"'-e ", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_but_never_anything_else(data):
    try:
        read, sentence = read_array("table.csv", data), ""
    except BadInputError as refusal:
        read, sentence = None, str(refusal)
    assert re.match(SENTENCE, sentence) if read is None else read.ndim == 2
