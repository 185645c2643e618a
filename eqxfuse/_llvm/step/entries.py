"""LLVM functions through which a batch enters a step: one cell, and a block of cells in lanes."""

from collections.abc import Sequence

from eqxfuse._llvm.step.signature import Signature


def cell_text(signature: Signature, names: Sequence[str], numbers: int) -> str:
    """`@cell(arguments..., out)`: one cell, whose work space is allocated here.

    `names` are the arguments of `@step1`, with "table" for the words that stand for the table.
    """
    given = ",".join(f"ptr %{a.name}" for a in signature.arguments)
    return "\n".join(
        [
            f"\ndefine void @cell({given},ptr %out) nounwind {{",
            *(_table(signature.table, f"%{signature.table}") if signature.table else ()),
            f"%memory=call ptr @eqxfuse_malloc(i64 {numbers * 8 + 64})",
            "%number=ptrtoint ptr %memory to i64",
            "%up=add i64 %number,63",
            "%aligned=and i64 %up,-64",
            "%work=inttoptr i64 %aligned to ptr",
            f"call void @step1({_pointers(names)},ptr %out,ptr %work)",
            "call void @eqxfuse_free(ptr %memory)",
            "ret void\n}\n",
        ]
    )


def block_text(signature: Signature, names: Sequence[str], outputs: int, numbers: int, lanes: int) -> tuple[str, int]:
    """`@block(rows, work)`, and the bytes of work space it needs.

    What a lane has for itself is brought into vectors. The table is left where it is, when all lanes share it.
    """
    lines = ["define void @block(ptr %rows, ptr %work) nounwind {"]
    position, plain, own = numbers, [], ""
    for i, array in enumerate([*signature.arrays, None]):
        name, length = (array.name, array.length) if array else ("out", outputs)
        lines.append(f"%rows.{name}=getelementptr ptr,ptr %rows,i64 {i * lanes}")
        lines.append(f"%{name}=getelementptr <{lanes} x double>,ptr %work,i64 {position}")
        position += length
        load = f"call void @load(ptr %rows.{name},i64 0,i64 {length},ptr %{name})"
        if array and name == signature.table:
            own = load
        elif array:
            plain.append(load)
    lines += [*plain, *(_shared_table(signature.table, own, lanes) if signature.table else ())]
    lines.append(f"call void @step{lanes}({_pointers(names)},ptr %out,ptr %work)")
    lines.append(f"call void @store(ptr %rows.out,i64 {outputs},ptr %out)")
    return "\n".join([*lines, "ret void\n}\n"]), position * lanes * 8


def _table(name: str, address: str) -> list[str]:
    """Lines that make `%table`: 0, and the address of the table `name`."""
    return [
        "%table=alloca [2 x ptr],align 8",
        f"%table.{name}=getelementptr ptr,ptr %table,i64 1",
        f"store ptr {address},ptr %table.{name}",
        "store i64 0,ptr %table",
    ]


def _shared_table(name: str, load: str, lanes: int) -> list[str]:
    """Lines that make `%table` of what all lanes share, or, where a lane's table is its own, `load` vectors for it."""
    zeros = ",".join(["i32 0"] * lanes)
    return [
        f"%{name}.shared=load ptr,ptr %rows.{name}",
        f"%{name}.all=load <{lanes} x i64>,ptr %rows.{name},align 8",
        f"%{name}.first=shufflevector <{lanes} x i64> %{name}.all,<{lanes} x i64> poison,<{lanes} x i32> <{zeros}>",
        f"%{name}.apart=xor <{lanes} x i64> %{name}.all,%{name}.first",
        f"%bits=call i64 @llvm.vector.reduce.or.v{lanes}i64(<{lanes} x i64> %{name}.apart)",
        *_table(name, f"%{name}.shared"),
        "%some=icmp ne i64 %bits,0",
        "br i1 %some,label %own,label %ready",
        "own:",
        load,
        f"store ptr %{name},ptr %table.{name}",
        "store i64 1,ptr %table",
        "br label %ready",
        "ready:",
    ]


def _pointers(names: Sequence[str]) -> str:
    return ",".join(f"ptr %{name}" for name in names)
