"""Providers that need the gateway: a feature through the whole pipeline, and models behind its routes."""

from collections.abc import Callable, Mapping

from evals.config.loading import ConfigFile
from evals.config.providers import ProviderSpec
from evals.providers.base import Provider
from evals.providers.making import Special, is_feature_file


def special_providers(settings: Mapping[str, str]) -> Callable[[ConfigFile], Special]:
    """Return what makes the providers of the gateway for a config file."""

    def of_file(file: ConfigFile) -> Special:
        def make(spec: ProviderSpec) -> Provider | None:
            if is_feature_file(spec):
                from evals.providers.feature import FeatureProvider

                return FeatureProvider(spec, {**file.env, **settings})
            if spec.id.startswith(("gateway:", "openai:")):
                from evals.providers.models import ModelProvider

                return ModelProvider(spec, {**settings, **file.env})
            return None

        return make

    return of_file
