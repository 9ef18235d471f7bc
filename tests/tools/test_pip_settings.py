"""What of the machine's pip configuration goes into an image."""

from __future__ import annotations

import configparser

from tools.lib.pip_settings import render


def settings(listing: str) -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read_string(render(listing))
    return dict(parser["global"]) if parser.has_section("global") else {}


def test_nothing_to_carry_gives_an_empty_file() -> None:
    assert render("") == ""
    assert render("global.cert='/etc/ssl/own.pem'\n:env:.disable-pip-version-check='1'\n") == ""


def test_addresses_and_limits_are_carried() -> None:
    listing = "global.index-url='https://mirror.example/simple'\n:env:.default-timeout='180'\n"
    assert settings(listing) == {"index-url": "https://mirror.example/simple", "timeout": "180"}


def test_folders_of_the_machine_are_left_out() -> None:
    listing = "global.extra-index-url='file:///srv/a https://b.example/simple'\nglobal.find-links='/srv/wheels'\n"
    assert settings(listing) == {"extra-index-url": "https://b.example/simple"}


def test_addresses_with_a_password_are_left_out() -> None:
    assert render("global.index-url='https://me:secret@mirror.example/simple'\n") == ""


def test_settings_of_single_pip_commands_are_left_out() -> None:
    assert render("download.timeout='5'\n") == ""
