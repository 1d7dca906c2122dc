"""Static provider: the prompt is a JSON document that is returned as the provider response."""

import json


def call_api(prompt, options, context):
    if prompt.startswith("RAISE "):
        raise ValueError(prompt[6:])
    if prompt.startswith("CONFIG "):
        return {"output": json.dumps((options or {}).get("config", {}).get(prompt[7:]))}
    if prompt.startswith("VARS "):
        return {
            "output": json.dumps(
                {k: v for k, v in sorted((context or {}).get("vars", {}).items()) if not k.startswith("_")}
            )
        }
    try:
        doc = json.loads(prompt)
    except ValueError:
        return {"output": prompt}
    if isinstance(doc, dict) and "output" in doc or isinstance(doc, dict) and "error" in doc:
        return doc
    return {"output": doc}
