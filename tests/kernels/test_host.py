"""Where native kernels run, and what is said where they do not."""

import sys

import pytest

from eqxfuse import networks
from eqxfuse._kernels.cpu import host as host_module
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse.errors import BackendUnavailable, GeneratedCodeError


@pytest.fixture
def fresh_host(monkeypatch):
    host_module.host.cache_clear()
    yield monkeypatch
    host_module.host.cache_clear()


def test_without_llvmlite(fresh_host):
    from eqxfuse._kernels.cpu.llvm_kernel import build_llvm_kernel

    fresh_host.setitem(sys.modules, "llvmlite", None)
    with pytest.raises(BackendUnavailable, match=r"pip install 'eqxfuse\[native\]'"):
        build_llvm_kernel(lower_rhs(networks.robertson()))


@pytest.mark.parametrize("version", ["0.44.0", "0.9.1"])
def test_an_old_llvmlite(version):
    with pytest.raises(BackendUnavailable, match=rf"need llvmlite >= 0\.45, this is {version}"):
        host_module.check_version(version)
    host_module.check_version("1.2.0rc1")


def test_a_32_bit_python(fresh_host):
    fresh_host.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(BackendUnavailable, match="64-bit"):
        host_module.host()


def test_lanes_fill_a_vector_register():
    pytest.importorskip("llvmlite")
    host = host_module.host()
    assert host.shape("float32").lanes == 2 * host.shape("float64").lanes == host.vector_bytes // 4
    assert host.shape("float64").lanes in (2, 4, 8)


def test_code_that_llvm_refuses_comes_with_its_text():
    pytest.importorskip("llvmlite")
    from eqxfuse._kernels.cpu.native import compile_ir

    with pytest.raises(GeneratedCodeError, match="expected type") as caught:
        compile_ir("define void @f(nonsense %x) {\nret void\n}")
    assert "@f(nonsense" in caught.value.code
    with pytest.raises(GeneratedCodeError):
        compile_ir("define i64 @f() {\nentry:\nbr label %entry\n}\n")
