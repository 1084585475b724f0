"""What a model's page offers, used on the running product: for the checks MO-1 to MO-5."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from dashboard.filters import size


def run_the_snippets(page: Page, model: str, folder: Path) -> None:
    """MO-2: run the code that a model's page shows as it stands; each way answers the same.

    Parameters
    ----------
    page : Page
        Signed in.
    model : str
        The address of the model's page; nothing else has its alias.
    folder : Path
        Where what is downloaded may lie.
    """
    address = "{0.scheme}://{0.netloc}".format(urlsplit(model))
    _give_alias(page, model)
    page.goto(model)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Bundle").click()
    download.value.save_as(folder / download.value.suggested_filename)
    snippets = {
        name: str(page.locator(f"#use-{name}").text_content())
        for name in ("alias", "bundle", "api", "curl", "shell")
    }
    environ = {"PATH": os.environ["PATH"], "TRAINYARD_TOKEN": _make_token(page, address)}
    answers = _run_snippets(snippets, folder, environ)
    assert len(set(answers.values())) == 1, answers
    _use_the_command(snippets["shell"], folder)


def read_columns(page: Page, model: str) -> tuple[list[str], list[str]]:
    """Return the columns that a model's page lists, and those of the row that it asks about."""
    page.goto(model)
    shown = page.locator(".model-columns tbody th").all_inner_texts()
    call = str(page.locator("#use-curl").text_content())
    row = json.loads(call.split("-d '")[1].rsplit("'", 1)[0])["rows"][0]
    return shown, list(row)


def _give_alias(page: Page, model: str) -> None:
    page.goto(f"{model}/edit")
    page.get_by_label("Alias", exact=True).fill("champion")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1 + .tag, .title .tag").first).to_have_text("champion")


def check_files(page: Page, model: str, folder: Path) -> None:
    """MO-1: a file's name, size and SHA-256 are those that the page says."""
    page.goto(model)
    rows = page.locator(".model-files tbody tr")
    expect(rows.first).to_be_visible(timeout=60_000)
    seen = []
    for row in rows.all():
        with page.expect_download() as download:
            row.get_by_role("link").click()
        name = download.value.suggested_filename
        path = folder / name
        download.value.save_as(path)
        content = path.read_bytes()
        assert row.locator(".mono").first.inner_text() == name
        assert row.locator(".hash").inner_text() == hashlib.sha256(content).hexdigest()
        assert row.locator("td.aside").inner_text() == size(len(content))
        seen.append(path.suffix)
    assert seen[:3] == [".zip", ".skops", ".joblib"]


def _make_token(page: Page, address: str) -> str:
    page.goto(f"{address}/settings/tokens")
    page.get_by_label("Name", exact=True).fill("snippets")
    page.get_by_role("button", name="Create token").click()
    return page.locator(".copy-field input").first.input_value()


def _run_snippets(
    snippets: dict[str, str], folder: Path, environ: dict[str, str]
) -> dict[str, str]:
    python = {name: [sys.executable, "-c", snippets[name]] for name in ("bundle", "api")}
    shell = {name: ["bash", "-c", snippets[name]] for name in ("curl", "alias")}
    found = {}
    for name, command in {**python, **shell}.items():
        done = subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stderr}"
        if name == "bundle":
            answer, warnings = done.stdout.strip().rsplit("} [", 1)
            assert warnings == "]"
            found[name] = ast.literal_eval(answer + "}")["prediction"][0]
            continue
        told = ast.literal_eval(done.stdout) if name == "api" else json.loads(done.stdout)
        assert told["warnings"] == []
        found[name] = str(told["predictions"][0])
    return found


def _use_the_command(text: str, folder: Path) -> None:
    """Run the commands but for the installation, which needs a network and minutes."""
    unpack, _install, predict = text.strip().splitlines()
    predict = predict.replace("venv/bin/python", sys.executable).replace("IN.csv", "examples.csv")
    unpack = unpack.replace("python ", f"{sys.executable} ", 1)
    script = f"{unpack}\n{predict}\ndiff OUT.csv examples-expected.csv"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def delete_the_model(page: Page, model: str, file_name: str) -> None:
    """MO-5: deleting a model that predicted asks, and names the file."""
    page.goto(f"{model}/delete")
    expect(page.locator("main")).to_contain_text("that it made")
    expect(page.locator("main")).to_contain_text(file_name)
    page.get_by_role("button", name="Delete the model").click()
    page.wait_for_url("**/models")
    expect(page.locator(f'main a[href="{urlsplit(model).path}"]')).to_have_count(0)
