"""A Django application with the caches that its settings name, for the test `django.rs`.

    python django_application.py write|rewrite|count|clear|keys redis://127.0.0.1:6379

Each command does one thing through Django's own cache framework with django-redis, and prints what it found as JSON.
"""
import json
import sys

import django
from django.conf import settings
from django.core.cache import caches


def set_up(url):
    def cache(database, prefix, timeout, **options):
        return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"{url}/{database}", "KEY_PREFIX": prefix,
                "TIMEOUT": timeout, "OPTIONS": options}

    settings.configure(CACHES={
        "default": cache(1, "miorai", 300),
        "session": cache(2, "session", 86400),
        "ml_predictions": cache(3, "ml_pred", 3600),
        # The same entries as `default`, as JSON rather than as pickles.
        "json": cache(1, "miorai", 300, SERIALIZER="django_redis.serializers.json.JSONSerializer"),
        # And compressed.
        "small": cache(1, "miorai", 300, COMPRESSOR="django_redis.compressors.zlib.ZlibCompressor"),
    })
    django.setup()


def write():
    default, standings = caches["default"], {"leader": "Anna", "points": list(range(16))}
    default.set_many({f"tournament:{number}:standings": standings for number in range(2500)})
    default.set_many({f"player:{number}": {"rating": 1500 + number} for number in range(300)})
    for key in ("tournament:5:été ✓", "tournament:5:two words", "tournament:5:[a]*?\\", "tourn*", "Tournament:5"):
        default.set(key, 1)
    default.set("tournament:5:of another version", 1, version=2)
    default.set("tournament:5:for ever", "x", timeout=None)
    default.set("visits", 41)
    caches["small"].set("tournament:5:long", "long " * 1000)
    caches["json"].set("settings", {"name": "Open", "rounds": 7})
    caches["session"].set("tournament:5:cart", [1, 2, 3])
    caches["ml_predictions"].set("tournament:5:model", {"weights": [0.5, 1.5]})


def rewrite():
    caches["json"].set("settings", {"name": "Cup", "rounds": 9})


def count():
    return {"settings": caches["json"].get("settings"), "ours": caches["json"].get("ours"),
            "visits": caches["default"].get("visits")}


def clear():
    return caches["default"].delete_pattern("ours*")


def keys():
    found = {name: sorted(caches[name].keys("*")) for name in ("default", "session", "ml_predictions")}
    found["of another version"] = sorted(caches["default"].keys("*", version=2))
    return found


if __name__ == "__main__":
    set_up(sys.argv[2])
    print(json.dumps(globals()[sys.argv[1]]()))
