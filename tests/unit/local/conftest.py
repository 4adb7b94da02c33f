from tests.unit.local.handlers import handler_modules

__all__ = ["handler_modules"]
