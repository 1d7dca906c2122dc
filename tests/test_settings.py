"""Settings come from the environment alone and refuse what cannot be used."""

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsError, table

ROOT = Path(__file__).parent.parent


def test_defaults_need_no_environment():
    settings = Settings.from_environ({})
    assert settings.offline
    assert settings.database_url.startswith("sqlite:///")
    assert settings.model_proof == "warn"


def test_a_server_of_one_s_own_needs_no_key():
    assert not Settings.from_environ({"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}).offline
    assert not Settings.from_environ({"OPENAI_API_KEY": "sk-x"}).offline


def test_production_requires_proof_and_a_secret():
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Settings.from_environ({"APP_ENV": "production"})
    settings = Settings.from_environ({"APP_ENV": "production", "SECRET_KEY": "x" * 32})
    assert settings.model_proof == "require"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_BASE_URL", "http://models.example.com/v1"),
        ("OPENAI_BASE_URL", "ftp://127.0.0.1/"),
        ("APP_ENV", "staging"),
        ("MODEL_PROOF", "maybe"),
        ("AI_DEADLINE_MS", "-5"),
        ("AI_DEADLINE_MS", "3 s"),
        ("AI_DEADLINE_MS", "0"),
        ("WARM_BUSINESSES", "-1"),
        ("AI_CREDIT_ENABLED", "perhaps"),
        ("SECRET_KEY", "short"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://db/x"),
        ("DATABASE_URL", "gateway.sqlite"),
        ("REDIS_URL", "http://cache:6379"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ({name: value})


def test_no_business_at_all_may_be_warmed_up():
    assert Settings.from_environ({"WARM_BUSINESSES": "0"}).warm_businesses == 0


def test_a_flag_is_on_until_it_is_switched_off():
    settings = Settings.from_environ({"AI_CREDIT_ENABLED": "false", "AI_CHATBOT_ENABLED": "yes"})
    assert not settings.flag("AI_CREDIT_ENABLED")
    assert settings.flag("AI_CHATBOT_ENABLED")
    assert settings.flag("AI_INSIGHTS_ENABLED")


def test_a_development_secret_is_made_once_and_kept_private(tmp_path):
    settings = Settings.from_environ({"DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite"})
    first = settings.secrets()
    assert settings.secrets() == first
    assert len(first[0]) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_the_documented_table_is_the_code_s_table():
    documented = [line for line in (ROOT / "docs" / "settings.md").read_text().splitlines() if line.startswith("| `")]
    expected = [f"| `{env}` | {f'`{default}`' if default else '–'} | {doc} |" for env, default, doc in table()]
    assert documented == expected


def test_a_switch_of_no_feature_is_refused_and_one_that_is_on_is_not():
    known = {"AI_INSIGHTS_ENABLED", "AI_CREDIT_ENABLED"}
    with pytest.raises(SettingsError, match="AI_INSIGHT_ENABLED switches nothing"):
        Settings.from_environ({"AI_INSIGHT_ENABLED": "false"}).check_flags(known)
    Settings.from_environ({"AI_INSIGHTS_ENABLED": "false", "AI_OLD_ENABLED": "true"}).check_flags(known)
