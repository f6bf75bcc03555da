"""Tests against real servers (Prosody and ejabberd); run by ``tox -e servers``."""
