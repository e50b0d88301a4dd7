"""The hand-checked bills, priced by litellm, by genai-prices and by Tokenflame.

The truth is `crates/pricing/tests/bills.tsv`, whose totals `bills.py` works out by itself. Run it as README.md says.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm  # noqa: E402
from genai_prices import Usage, calc_price  # noqa: E402
from litellm.cost_calculator import batch_cost_calculator  # noqa: E402

ROOT = Path(__file__).parents[2]
LITELLM = {"google": "gemini", "vertex": "vertex_ai", "alibaba": "dashscope"}
GENAI = {"bedrock": "aws", "vertex": "google", "xai": "x-ai", "moonshot": "moonshotai", "voyage": "voyageai"}
TODAY = "2026-11-24"


def group(bill):
    """What is hard about it: the first that applies."""
    usage, terms, at = bill["usage"], bill["terms"], bill["at"]
    size = sum(usage.get(letter, 0) for letter in "irwmhabpq")
    for name, applies in [
        ("prices by the hour", bill["provider"] == "deepseek" and ("T" in at or not at)),
        ("regions", "+region" in terms),
        ("batch", terms == "batch"),
        ("flex, priority, fast", terms != "standard"),
        ("searches and fees", "f" in usage or bill["model"] == "sonar"),
        ("sound and pictures", any(letter in usage for letter in "abpqsg")),
        ("tiers by size", size > 100_000 and "!" not in usage),
        ("prices of the past", bool(at) and at < "2026-09-10"),
        ("caches of an hour", "h" in usage),
        ("other cache writes", any(letter in usage for letter in "wm")),
        ("cache reads", "r" in usage),
    ]:
        if applies:
            return name
    return "input and output"


def moment(bill):
    at = bill["at"] or TODAY
    return datetime.fromisoformat(at.replace("Z", "+00:00") if "T" in at else at + "T12:00:00+00:00")


def by_litellm(bill):
    u, provider = bill["usage"], bill["provider"]
    provider = LITELLM.get(provider, provider)
    get = lambda letters: sum(u.get(letter, 0) for letter in letters)  # noqa: E731
    usage = litellm.Usage(
        prompt_tokens=get("irwmhabpq"),
        completion_tokens=get("otsg"),
        total_tokens=get("irwmhabpqotsg"),
        cache_read_input_tokens=get("rbq"),
        cache_creation_input_tokens=get("wmh"),
        prompt_tokens_details={
            "cached_tokens": get("rbq"),
            "cache_creation_tokens": get("wmh"),
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": get("wm"),
                "ephemeral_1h_input_tokens": get("h"),
            },
            "text_tokens": get("i") if get("abpq") else None,
            "audio_tokens": get("ab") or None,
            "image_tokens": get("pq") or None,
        },
        completion_tokens_details={
            "reasoning_tokens": get("t") or None,
            "audio_tokens": get("s") or None,
            "image_tokens": get("g") or None,
            "text_tokens": get("o") if get("tsg") else None,
        },
        server_tool_use={"web_search_requests": get("f")} if get("f") else None,
    )
    service, _, region = bill["terms"].partition("+")
    # Each provider's own way to say where and how fast a request was answered.
    model = bill["model"]
    if provider == "anthropic" and region:
        usage.inference_geo = "us"
    if provider == "anthropic" and service == "fast":
        usage.speed = "fast"
    if provider == "azure" and region:
        model = f"azure/us/{model}"
    if provider == "openrouter":
        model = f"openrouter/{model}"
    if service == "batch":
        return sum(batch_cost_calculator(usage, model, custom_llm_provider=provider))
    response = litellm.ModelResponse(model=model, usage=usage)
    if provider == "voyage" or "embedding" in bill["model"]:
        response = litellm.EmbeddingResponse(model=model, usage=usage)
    return litellm.completion_cost(
        completion_response=response,
        model=model,
        custom_llm_provider=provider,
        service_tier=None if service == "standard" else {"fast": "ultrafast"}.get(service, service),
        **({"data_residency": "us"} if region and provider == "openai" else {}),
        **({"vertex_location": "us-east5"} if region and provider == "vertex_ai" else {}),
    )


def by_genai(bill):
    u = bill["usage"]
    get = lambda letters: sum(u.get(letter, 0) for letter in letters)  # noqa: E731
    counts = {
        "input_tokens": get("irwmhabpq"),
        "output_tokens": get("otsg"),
        "cache_read_tokens": get("rbq"),
        "cache_write_tokens": get("wmh"),
        "cache_write_1h_tokens": get("h"),
        "input_audio_tokens": get("ab"),
        "cache_audio_read_tokens": get("b"),
        "input_image_tokens": get("pq"),
        "cache_image_read_tokens": get("q"),
        "output_reasoning_tokens": get("t"),
        "output_audio_tokens": get("s"),
        "output_image_tokens": get("g"),
        "web_searches": get("f"),
    }
    # Of sound it wants to know how much was cached, though it be none.
    told = {"cache_audio_read_tokens"} if get("ab") and get("rb") else set()
    price = calc_price(
        Usage(**{key: count for key, count in counts.items() if count or key in told}),
        bill["model"],
        provider_id=GENAI.get(bill["provider"], bill["provider"]),
        genai_request_timestamp=moment(bill),
    )
    return price.total_price


def by_tokenflame(bills):
    lines = []
    for bill in bills:
        service, _, region = bill["terms"].partition("+")
        fields = {key: count for key, count in bill["usage"].items() if key != "!"}
        fields |= {"provider": bill["provider"], "model": bill["model"], "service": service}
        fields["regional"] = bool(region)
        if bill["at"]:
            fields["at"] = int(moment(bill).timestamp())
        lines.append(json.dumps(fields))
    command = ["cargo", "run", "--quiet", "-p", "tokenflame-pricing", "--example", "usages"]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True, cwd=ROOT)
    return [None if line == "null" else Decimal(line) for line in done.stdout.split()]


bills = []
for line in (ROOT / "crates/pricing/tests/bills.tsv").read_text().splitlines():
    if not line.startswith("#"):
        provider, model, at, terms, usage, _, dollars, _, why = line.split("\t")
        usage = {word[0]: int(word[1:]) for word in usage.split()}
        # A sum over many requests is no request: it stands for the last of its kind, below the tier.
        if "!" not in usage:
            bills.append(dict(provider=provider, model=model, at=at, terms=terms, usage=usage, dollars=Decimal(dollars), why=why))

right, groups, misses = Counter(), Counter(), defaultdict(list)
names = ["litellm", "genai-prices", "Tokenflame"]
ours = by_tokenflame(bills)
for bill, own in zip(bills, ours):
    found = {"Tokenflame": own}
    for name, price in (("litellm", by_litellm), ("genai-prices", by_genai)):
        try:
            found[name] = Decimal(str(price(bill)))
        except Exception as error:  # A calculator that gives up has no price.
            found[name] = None
            bill.setdefault("errors", {})[name] = f"{type(error).__name__}: {error}"[:90].replace("\n", " ")
    kind = group(bill)
    groups[kind] += 1
    for name in names:
        value = found[name]
        # litellm's floats miss far less than this.
        if value is not None and abs(value - bill["dollars"]) <= abs(bill["dollars"]) * Decimal("1e-9"):
            right[kind, name] += 1
        else:
            shown = bill.get("errors", {}).get(name) or f"{value}"
            misses[name].append(f"{kind}: {bill['provider']} {bill['model']} {bill['at']} {bill['terms']}: {shown}, not {bill['dollars']}")

if "--misses" in sys.argv:
    for name in names:
        print(f"\n{name}\n  " + "\n  ".join(misses[name]))
print(f"\n| bills | n | litellm {version('litellm')} | genai-prices {version('genai-prices')} | Tokenflame |")
print("| --- | ---: | ---: | ---: | ---: |")
for kind, count in sorted(groups.items(), key=lambda item: -item[1]):
    print(f"| {kind} | {count} | " + " | ".join(str(right[kind, name]) for name in names) + " |")
sums = [sum(right[kind, name] for kind in groups) for name in names]
print(f"| **all** | {len(bills)} | " + " | ".join(f"**{n}**" for n in sums) + " |")
