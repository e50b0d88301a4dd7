"""Adds up the arithmetic of the hand-checked bills with decimals, and knows nothing of the product.

`python3 docs/compare/bills.py` checks the totals; `--fill` writes those that are missing.
"""

import re
import sys
from decimal import Decimal
from pathlib import Path

TABLE = Path(__file__).parents[2] / "crates/pricing/tests/bills.tsv"

lines, wrong, bills = [], 0, 0
for line in TABLE.read_text().splitlines():
    cells = line.split("\t")
    if not line.startswith("#"):
        bills += 1
        usage, arithmetic, dollars = cells[4:7]
        terms = [term.split("*") for term in arithmetic.split(" + ")]
        total = sum(int(count) * Decimal(price) for count, price in terms) / 1_000_000
        # Each token of the usage is in one term. A fee for the request is a term of one that no usage has.
        used = sorted(int(n) for n in re.findall(r"\b[a-z](\d+)", usage))
        billed = sorted(int(count) for count, price in terms)
        if billed != used and billed != sorted([*used, 1]):
            wrong += 1
            print(f"{cells[1]}: {usage} is billed as {arithmetic}")
        shown = f"{total:f}"
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
        if "--fill" in sys.argv and not dollars:
            cells[6] = shown
        elif dollars != shown:
            wrong += 1
            print(f"{cells[1]}: {arithmetic} is {shown}, not {dollars or 'filled in'}")
    lines.append("\t".join(cells))
if "--fill" in sys.argv:
    TABLE.write_text("\n".join(lines) + "\n")
print(f"{bills} bills, {wrong} wrong")
sys.exit(wrong > 0)
