"""Rows of a table by value and in an order, in Arrow alone: the web reads them itself."""
