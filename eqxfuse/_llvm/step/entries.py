"""LLVM functions through which a batch enters a step: one cell, and a block of cells in lanes."""

from collections.abc import Sequence

from eqxfuse._llvm.step.signature import Signature


def cell_text(signature: Signature, names: Sequence[str], numbers: int) -> str:
    """`@cell(arguments..., out)`: one cell, whose work space is allocated here.

    `names` are the arguments of `@step1`, with "table" for the list of the table's arrays.
    """
    given = ",".join(f"ptr %{a.name}" for a in signature.arguments)
    return "\n".join(
        [
            f"\ndefine void @cell({given},ptr %out) nounwind {{",
            *_list([f"%{name}" for name in signature.table]),
            "store i64 0,ptr %table",
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

    What a lane has for itself is brought into vectors. The arrays of the table are left where they are, when all
    lanes share them.
    """
    lines = ["define void @block(ptr %rows, ptr %work) nounwind {"]
    position, plain, own = numbers, [], []
    for i, array in enumerate([*signature.arrays, None]):
        name, length = (array.name, array.length) if array else ("out", outputs)
        lines.append(f"%rows.{name}=getelementptr ptr,ptr %rows,i64 {i * lanes}")
        lines.append(f"%{name}=getelementptr <{lanes} x double>,ptr %work,i64 {position}")
        position += length
        load = f"call void @load(ptr %rows.{name},i64 0,i64 {length},ptr %{name})"
        if array:
            (own if name in signature.table else plain).append(load)
    lines += [*plain, *_table(signature.table, own, lanes)]
    lines.append(f"call void @step{lanes}({_pointers(names)},ptr %out,ptr %work)")
    lines.append(f"call void @store(ptr %rows.out,i64 {outputs},ptr %out)")
    return "\n".join([*lines, "ret void\n}\n"]), position * lanes * 8


def _table(table: Sequence[str], loads: Sequence[str], lanes: int) -> list[str]:
    """Lines that fill `%table`: with the arrays themselves, or with vectors, where a lane's arrays are its own."""
    if not table:
        return _list([])
    lines, apart = [], []
    zeros = ",".join(["i32 0"] * lanes)
    for name in table:
        lines += [
            f"%{name}.shared=load ptr,ptr %rows.{name}",
            f"%{name}.all=load <{lanes} x i64>,ptr %rows.{name},align 8",
            f"%{name}.first=shufflevector <{lanes} x i64> %{name}.all,<{lanes} x i64> poison,<{lanes} x i32> <{zeros}>",
            f"%{name}.apart=xor <{lanes} x i64> %{name}.all,%{name}.first",
        ]
        apart.append(f"%{name}.apart")
    total = apart[0]
    for i, one in enumerate(apart[1:]):
        lines.append(f"%apart.{i}=or <{lanes} x i64> {total},{one}")
        total = f"%apart.{i}"
    return [
        *lines,
        f"%bits=call i64 @llvm.vector.reduce.or.v{lanes}i64(<{lanes} x i64> {total})",
        *_list([f"%{name}.shared" for name in table]),
        "%some=icmp ne i64 %bits,0",
        "%flag=zext i1 %some to i64",
        "store i64 %flag,ptr %table",
        "br i1 %some,label %own,label %ready",
        "own:",
        *loads,
        *(f"store ptr %{name},ptr %table.{i}" for i, name in enumerate(table)),
        "br label %ready",
        "ready:",
    ]


def _list(pointers: Sequence[str]) -> list[str]:
    """Lines that make `%table`, a word and behind it the pointers."""
    lines = [f"%table=alloca [{len(pointers) + 1} x ptr],align 8"]
    for i, pointer in enumerate(pointers):
        lines.append(f"%table.{i}=getelementptr ptr,ptr %table,i64 {i + 1}")
        lines.append(f"store ptr {pointer},ptr %table.{i}")
    return lines


def _pointers(names: Sequence[str]) -> str:
    return ",".join(f"ptr %{name}" for name in names)
