"""Round trips of kept embeddings, and what a damaged file does: nothing."""

import torch

from zoetrope.engine.memory.embeddings import Embeddings, content_key


def context(kept: Embeddings) -> torch.Tensor:
    tensors = kept.get("key")
    assert tensors is not None
    return tensors["context"]


def test_keys_tell_facts_apart():
    assert content_key("ab", "c") != content_key("a", "bc")
    assert content_key("a", b"b") == content_key("a", "b")


def test_what_was_put_comes_back_equal_in_another_process_too(tmp_path):
    tensors = {"context": torch.randn(1, 5, 8).bfloat16(), "mask": torch.ones(1, 5, dtype=torch.bool)}
    Embeddings(tmp_path).put("key", tensors)
    for kept in (Embeddings(tmp_path), Embeddings(tmp_path)):
        again = kept.get("key") or {}
        assert again.keys() == tensors.keys()
        assert all(torch.equal(again[name], tensors[name]) for name in tensors)
        assert kept.get("other") is None
    assert [path.name for path in tmp_path.iterdir()] == ["key.safetensors"]


def test_what_is_kept_is_a_copy():
    kept, tensor = Embeddings(), torch.zeros(3)
    kept.put("key", {"context": tensor})
    tensor += 1
    assert torch.equal(context(kept), torch.zeros(3))


def test_the_one_used_longest_ago_is_let_go():
    kept = Embeddings(most_bytes=2 * 400)
    for key in "abc":
        kept.put(key, {"context": torch.zeros(100)})
        kept.get("a")
    assert [kept.get(key) is not None for key in "abc"] == [True, False, True]


def test_a_damaged_file_is_as_none(tmp_path):
    Embeddings(tmp_path).put("key", {"context": torch.zeros(3)})
    (tmp_path / "key.safetensors").write_bytes(b"short")
    assert Embeddings(tmp_path).get("key") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("no folder")
    kept = Embeddings(tmp_path / "file")
    kept.put("key", {"context": torch.zeros(3)})
    assert kept.get("key") is not None
