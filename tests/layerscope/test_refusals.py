"""What the command refuses before TensorFlow is started: a sentence and a status each."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from layerscope import documents, files, recipes
from layerscope.__main__ import main
from layerscope.link import parameters
from layerscope.refusal import CANNOT_WRITE, WRONG_REQUEST, Refusal

SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\w]", re.DOTALL)


def refused(capsys, *arguments):
    """Return the status of a command that writes a sentence and nothing else."""
    status = main(list(arguments))
    said = capsys.readouterr()
    assert said.out == ""
    assert SENTENCE.fullmatch(said.err.strip()), said.err
    assert "Traceback" not in said.err
    return status, said.err


@pytest.mark.parametrize(
    "link",
    [
        "/models?layer=conv2d",
        "/checkup?layer=linear",
        "https://example.org/models/?layer=conv2d",
        "https://example.org/",
        "linear",
        "",
        "/?=1",
        "http://[::1/?layer=linear",
    ],
)
def test_links_of_the_wrong_kind(link, capsys, tmp_path):
    target = tmp_path / "x.svg"
    assert refused(capsys, "render", link, "-o", str(target))[0] == WRONG_REQUEST
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost:8501/?layer=linear&units=7",
        "https://example.org/base/?layer=linear&units=7#there",
        "/?layer=linear&units=7",
        "?layer=linear&units=7",
        "layer=linear&units=7",
    ],
)
def test_a_link_is_an_address_or_what_stands_behind_its_question_mark(link):
    assert parameters(link) == {"layer": "linear", "units": "7"}


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "x.gif"),
        ("-o", "x"),
        ("-o", "-", "--format", "gif"),
        ("-o", "x.png", "--scale", "80"),
        ("-o", "x.png", "--scale", "nan"),
        ("-o", "x.svg", "--width", "1"),
        ("-o", "x.svg", "--theme", "pink"),
        ("-o", "x.svg", "--check"),
        (),
    ],
)
def test_options_that_there_are_not(options, capsys):
    assert refused(capsys, "render", "/?layer=linear", *options)[0] == WRONG_REQUEST


@pytest.mark.parametrize("arguments", [["render"], ["draw"], [], ["render", "x", "--units", "3"]])
def test_a_command_that_there_is_not(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == WRONG_REQUEST
    assert "usage: python -m layerscope" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line", "received"),
    [
        ("[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\ntheem = 'dark'\n", 4, "`theem`"),
        ("thme = 'dark'\n[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\n", 1, "`thme`"),
        ("[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\nwidth = '9'\n", 4, "'9'"),
        (
            "[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\n[[picture]]\nname = 'b.svg'\n",
            4,
            "none",
        ),
        ("[[picture]]\nname = '../a.svg'\nlink = '/?layer=linear'\n", 2, "../a.svg"),
        ("[[picture]]\nname = 'a.gif'\nlink = '/?layer=linear'\n", 1, ".gif"),
        ("[[picture]]\nname = 'a.svg'\nlink = '/models?x=1'\n", 1, "/models?x=1"),
        ("[[picture]\n", 1, "line 1"),
        ("[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\nscale = nan\n", 1, "nan"),
        ('[[picture]]\nlink = "/?layer=linear"\nname = "a\\u0000.svg"\n', 3, "x00.svg"),
    ],
)
def test_recipes_that_cannot_be_read_say_the_line(text, line, received, capsys, tmp_path):
    path = tmp_path / "pictures.toml"
    path.write_text(text)
    status, said = refused(capsys, "render", str(path))
    assert status == WRONG_REQUEST
    assert f"line {line}" in said
    assert received in said
    assert list(tmp_path.iterdir()) == [path]


def test_recipes_without_pictures_of_one_name_or_not_there(capsys, tmp_path):
    path = tmp_path / "pictures.toml"
    assert refused(capsys, "render", str(path))[0] == WRONG_REQUEST
    path.write_text("width = 500\n")
    assert refused(capsys, "render", str(path))[0] == WRONG_REQUEST
    path.write_text("[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\n" * 2)
    assert "twice" in refused(capsys, "render", str(path))[1]
    assert refused(capsys, "render", str(path), "-o", "x.svg")[0] == WRONG_REQUEST


def test_what_stands_above_the_pictures_holds_for_all_that_do_not_say_otherwise(tmp_path):
    path = tmp_path / "pictures.toml"
    each = "[[picture]]\nname = '{}.svg'\nlink = '/?layer=linear'\n"
    path.write_text(
        "width = 500\ntheme = 'dark'\n" + each.format("a") + each.format("b") + "width = 600"
    )
    first, second = recipes.read(path).recipes
    assert (first.options.width, first.options.theme) == (500, "dark")
    assert (second.options.width, second.options.theme) == (600, "dark")


def test_a_file_is_written_whole_or_not_at_all(monkeypatch, tmp_path):
    target = tmp_path / "a.svg"
    files.write(target, b"first")
    assert target.read_bytes() == b"first"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Refusal) as refusal:
        files.write(target, b"second")
    assert refusal.value.status == CANNOT_WRITE
    assert SENTENCE.fullmatch(str(refusal.value))
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_or_a_file_that_is_a_folder(tmp_path):
    (tmp_path / "folder.svg").mkdir()
    for target in (tmp_path / "nowhere" / "a.svg", tmp_path / "folder.svg"):
        with pytest.raises(Refusal) as refusal:
            files.write(target, b"x")
        assert refusal.value.status == CANNOT_WRITE
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.svg"]
    with pytest.raises(Refusal):
        files.write(tmp_path / "a\0.svg", b"x")


def test_serve_refuses_what_is_not_there(capsys):
    assert refused(capsys, "serve", "--port", "0")[0] == WRONG_REQUEST
    assert refused(capsys, "serve", "--layers", "nowhere.py")[0] == WRONG_REQUEST


ADDRESS = ("--server.address", "localhost")
"""Nobody else on the network is served, unless `--host` says so."""


def test_serve_becomes_the_server_that_make_run_starts(monkeypatch, tmp_path):
    started = {}
    module = tmp_path / "mine.py"
    module.touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.chdir", lambda path: started.update(folder=path))
    monkeypatch.setattr("os.execve", lambda *call: started.update(call=call))
    main(["serve", "--port", "8600", "--layers", "mine.py"])
    program, command, environment = started["call"]
    assert program == command[0] == sys.executable
    assert command[1:] == ["-m", "streamlit", "run", "app.py", *ADDRESS, "--server.port", "8600"]
    assert environment["LAYERSCOPE_LAYERS"] == str(module)
    assert (started["folder"] / "app.py").is_file()


def test_check_is_the_check_ups_command():
    ran = subprocess.run(
        [sys.executable, "-m", "layerscope", "check", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: python -m layerscope check" in ran.stdout
    assert "--input-shape" in ran.stdout


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("picture = [{name = 'a.svg', link = '/?layer=linear', foo = 1}]\n", "`foo`"),
        ("picture = [1]\n", "1"),
        ("picture = 'a.svg'\n", "'a.svg'"),
        ("[picture]\nname = 'a.svg'\nlink = '/?layer=linear'\n", "{'name'"),
        ("picture = [{name = 'a.svg', link = '/?layer=linear'}, 1]\n", "1"),
        ("layers = 5\n[[picture]]\nname = 'a.svg'\nlink = '/?layer=linear'\n", "5"),
        ("layers = 5\npicture = [{name = 'a.svg', link = '/?layer=linear'}]\n", "5"),
    ],
)
def test_recipes_in_other_spellings_get_a_sentence_too(text, received, capsys, tmp_path):
    path = tmp_path / "pictures.toml"
    path.write_text(text)
    status, said = refused(capsys, "render", str(path))
    assert status == WRONG_REQUEST
    assert f"Received {received}" in said
    assert list(tmp_path.iterdir()) == [path]


def test_a_recipe_in_one_line_is_read(tmp_path):
    path = tmp_path / "pictures.toml"
    path.write_text("picture = [{name = 'a.svg', link = '/?layer=linear', width = 500}]\n")
    (recipe,) = recipes.read(path).recipes
    assert (recipe.name, recipe.options.width) == ("a.svg", 500)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e400", "1e300", "-1"])
@pytest.mark.parametrize("option", ["width", "scale"])
def test_a_number_that_no_picture_can_have_is_refused(option, number, tmp_path):
    with pytest.raises(Refusal, match="expected"):
        documents.drawn("/?layer=linear", {option: number}, folder=tmp_path, layers="")
    assert list(tmp_path.iterdir()) == []
