"""One settings file; what differs between places comes from the environment (`environment.py`)."""

from zhucan.config import environment
from zhucan.core import keyring

ZHUCAN_HOME = environment.home()
_KEYS = environment.keys()
SECRET_KEY = _KEYS["session"]
ZHUCAN_FIELD_KEYS, ZHUCAN_FIELD_VERSION = keyring.field_keys(_KEYS)
ZHUCAN_KEY_FILE = environment.key_file()
ZHUCAN_INDEX_KEY, ZHUCAN_INDEX_NEXT = _KEYS["index"], _KEYS.get("index_next", "")

DEBUG = environment.flag("ZHUCAN_DEBUG")
HTTPS = environment.flag("ZHUCAN_HTTPS")
ALLOWED_HOSTS = environment.hosts()
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS[3:]]
BEHIND_PROXY = environment.flag("ZHUCAN_PROXY")

INSTALLED_APPS = [
    "zhucan.orgs.apps.OrgsConfig",
    "zhucan.registry.apps.RegistryConfig",
    "zhucan.facilities.apps.FacilitiesConfig",
    "zhucan.community.apps.CommunityConfig",
    "zhucan.cases.apps.CasesConfig",
    "zhucan.payments.apps.PaymentsConfig",
    "zhucan.delivery.apps.DeliveryConfig",
    "zhucan.aid.apps.AidConfig",
    "zhucan.casework.apps.CaseworkConfig",
    "zhucan.indicators.apps.IndicatorsConfig",
    "zhucan.planning.apps.PlanningConfig",
    "zhucan.reports.apps.ReportsConfig",
    "zhucan.web.apps.WebConfig",
    "zhucan.demo.apps.DemoConfig",
    "zhucan.office.apps.OfficeConfig",
    "zhucan.portal.apps.PortalConfig",
    "zhucan.api.apps.ApiConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}  # `zhucan serve` starts the worker
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhucan.web.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhucan.web.middleware.RateLimit",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
FORM_RENDERER = "zhucan.web.forms.Renderer"
CSRF_FAILURE_VIEW = "zhucan.web.preferences.stale"
ROOT_URLCONF = "zhucan.config.urls"
WSGI_APPLICATION = "zhucan.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["zhucan.web.templatetags.numbers"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhucan.web.preferences.preferences",
                "zhucan.office.access.shell",
            ],
        },
    },
]
DATABASES = {"default": environment.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "orgs.User"
LOGIN_URL = "office:sign-in"
LOGIN_REDIRECT_URL = "office:home"
ZHUCAN_WELCOME_URL, ZHUCAN_OWN_FILE_URL = "portal:welcome", "portal:mine"
LOGOUT_REDIRECT_URL = "office:sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ZHUCAN_HOME / "static"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
ZHUCAN_IDLE_SECONDS = 45 * 60  # signed out after so long without a click
ZHUCAN_OWN_LIMITS = ("/api/",)  # counts by key, and answers in JSON
ZHUCAN_ASKED_A_MINUTE, ZHUCAN_ASKED_A_MINUTE_UNKNOWN = 600, 240  # pages one reader may ask for, signed in or not
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
ZHUCAN_LARGEST_UPLOAD = 50 * 1024 * 1024
