"""All pairs of prompts whose sets of words have a Jaccard similarity of 0.5 or more, as two packages of PyPI find them.

python peers.py FILE: a prompt a line. Prints one JSON object a line.
"""

import json
import sys
import time
from importlib.metadata import version

from datasketch import MinHash, MinHashLSH
from SetSimilaritySearch import all_pairs

LEAST = 0.5

with open(sys.argv[1], encoding="utf-8") as file:
    sets = [list(dict.fromkeys(line.lower().split())) for line in file]


def say(who, package, begun, pairs):
    took = (time.perf_counter() - begun) * 1e3
    name = f"{who} {version(package)}"
    print(json.dumps({"kind": "join", "who": name, "prompts": len(sets), "pairs": pairs, "ms": took}), flush=True)


begun = time.perf_counter()
found = sum(1 for _ in all_pairs(sets, similarity_func_name="jaccard", similarity_threshold=LEAST))
say("SetSimilaritySearch", "SetSimilaritySearch", begun, found)

# Candidates by hashes, then compared in full: what it finds is right, but it does not find all.
begun = time.perf_counter()
index = MinHashLSH(threshold=LEAST, num_perm=128)
whole = [frozenset(words) for words in sets]
found = 0
for number, words in enumerate(sets):
    hashes = MinHash(num_perm=128)
    hashes.update_batch([word.encode() for word in words])
    for other in index.query(hashes):
        shared = len(whole[number] & whole[other])
        found += shared >= LEAST * (len(whole[number]) + len(whole[other]) - shared)
    index.insert(number, hashes)
say("datasketch MinHash LSH", "datasketch", begun, found)
