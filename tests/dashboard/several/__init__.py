"""Tests of trying several."""
