"""Where Piccolo's command finds the database and our tables; run it from this folder: `piccolo migrations check`."""

import os

from piccolo.conf.apps import AppRegistry

from gateway.settings import Settings
from gateway.store.piccolo_engine import engine_for

DB = engine_for(Settings.from_environ(os.environ).database_url)
APP_REGISTRY = AppRegistry(apps=["gateway.store.piccolo_app"])
