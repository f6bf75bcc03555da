"""Shipped fakes and servers for tests of bots and of this library."""
