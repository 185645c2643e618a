"""LLVM functions between rows in memory, one a cell, and blocks [elements, lanes] with a lane for each cell.

Blocks are filled W elements at a time: W vectors are read from W rows and transposed in registers.
"""

from string import Template
from typing import NamedTuple

Vector = tuple[tuple[int, int], ...]
"""What a register holds: (row, column) of each of its elements."""

_LOAD = Template("""
define internal void @load(ptr %rows, i64 %first, i64 %count, ptr %block) nounwind {
entry:
%one=load ptr,ptr %rows
%all=load <$W x i64>,ptr %rows,align 8
%number=ptrtoint ptr %one to i64
%head=insertelement <$W x i64> poison,i64 %number,i32 0
%same=shufflevector <$W x i64> %head,<$W x i64> poison,<$W x i32> zeroinitializer
%different=xor <$W x i64> %all,%same
%bits=call i64 @llvm.vector.reduce.or.v${W}i64(<$W x i64> %different)
%shared=icmp eq i64 %bits,0
%whole=and i64 %count,-$W
br i1 %shared,label %spread.test,label %tiles.test
spread.test:
%s=phi i64 [0,%entry],[%s.next,%spread]
%s.more=icmp ult i64 %s,%whole
br i1 %s.more,label %spread,label %columns.test
spread:
%s.column=add i64 %first,%s
%s.row=getelementptr $T,ptr %one,i64 %s.column
%s.block=getelementptr <$W x $T>,ptr %block,i64 %s
$copy
%s.next=add i64 %s,$W
br label %spread.test
tiles.test:
%t=phi i64 [0,%entry],[%t.next,%tile]
%t.more=icmp ult i64 %t,%whole
br i1 %t.more,label %tile,label %columns.test
tile:
%t.column=add i64 %first,%t
%t.block=getelementptr <$W x $T>,ptr %block,i64 %t
$read
$turn
$fill
%t.next=add i64 %t,$W
br label %tiles.test
columns.test:
%c=phi i64 [%whole,%spread.test],[%whole,%tiles.test],[%c.next,%column]
%c.more=icmp ult i64 %c,%count
br i1 %c.more,label %column,label %done
column:
%c.column=add i64 %first,%c
%c.block=getelementptr <$W x $T>,ptr %block,i64 %c
$gather
%c.next=add i64 %c,1
br label %columns.test
done:
ret void
}
declare i64 @llvm.vector.reduce.or.v${W}i64(<$W x i64>)
""")

_STORE = Template("""
define internal void @store(ptr %rows, i64 %count, ptr %block) nounwind {
entry:
%whole=and i64 %count,-$W
br label %tiles.test
tiles.test:
%t=phi i64 [0,%entry],[%t.next,%tile]
%t.more=icmp ult i64 %t,%whole
br i1 %t.more,label %tile,label %columns.test
tile:
%t.block=getelementptr <$W x $T>,ptr %block,i64 %t
$take
$turn
$give
%t.next=add i64 %t,$W
br label %tiles.test
columns.test:
%c=phi i64 [%whole,%tiles.test],[%c.next,%column]
%c.more=icmp ult i64 %c,%count
br i1 %c.more,label %column,label %done
column:
%c.block=getelementptr <$W x $T>,ptr %block,i64 %c
$scatter
%c.next=add i64 %c,1
br label %columns.test
done:
ret void
}
""")


def tiles_text(scalar: str, lanes: int) -> str:
    """`@load(rows, first, count, block)` and `@store(rows, count, block)` for `lanes` rows of `scalar`s.

    `rows` points to one pointer a lane. Lanes may share a row; they then hold the same values.
    """
    turn, columns = _transpose(scalar, lanes)
    tile = _Pieces(scalar, f"<{lanes} x {scalar}>", "t", 8 if scalar == "double" else 4)
    single = _Pieces(scalar, scalar, "c", 8 if scalar == "double" else 4)
    lane = range(lanes)
    pieces = {
        "read": [tile.row(i, "t.column") + tile.load(f"r{i}", f"t.spot{i}") for i in lane],
        "fill": [tile.block(i) + tile.store(columns[i], f"t.slot{i}") for i in lane],
        "take": [tile.block(i) + tile.load(f"r{i}", f"t.slot{i}") for i in lane],
        "give": [tile.row(i, "t") + tile.store(columns[i], f"t.spot{i}") for i in lane],
        "copy": [single.spread(i, tile.moved) for i in lane],
        "gather": [single.row(i, "c.column") + single.cell(i) + single.move(i, "spot", "cell") for i in lane],
        "scatter": [single.row(i, "c") + single.cell(i) + single.move(i, "cell", "spot") for i in lane],
    }
    texts = {name: "".join(piece)[:-1] for name, piece in pieces.items()}
    return _LOAD.substitute(texts, W=lanes, T=scalar, turn=turn) + _STORE.substitute(
        texts, W=lanes, T=scalar, turn=turn
    )


class _Pieces(NamedTuple):
    """Lines that address lane `i` of a row or of the block; `prefix` keeps their names apart."""

    scalar: str
    moved: str
    prefix: str
    align: int

    def row(self, i: int, column: str) -> str:
        p = self.prefix
        return (
            f"%{p}.at{i}=getelementptr ptr,ptr %rows,i64 {i}\n%{p}.row{i}=load ptr,ptr %{p}.at{i}\n"
            f"%{p}.spot{i}=getelementptr {self.scalar},ptr %{p}.row{i},i64 %{column}\n"
        )

    def block(self, i: int) -> str:
        p = self.prefix
        return f"%{p}.slot{i}=getelementptr {self.moved},ptr %t.block,i64 {i}\n"

    def cell(self, i: int) -> str:
        return f"%{self.prefix}.cell{i}=getelementptr {self.scalar},ptr %c.block,i64 {i}\n"

    def spread(self, i: int, vector: str) -> str:
        """Element `i` of a shared row in all lanes."""
        scalar = self.scalar
        return (
            f"%s.from{i}=getelementptr {scalar},ptr %s.row,i64 {i}\n%s.value{i}=load {scalar},ptr %s.from{i}\n"
            f"%s.head{i}=insertelement {vector} poison,{scalar} %s.value{i},i32 0\n"
            f"%s.all{i}=shufflevector {vector} %s.head{i},{vector} poison,"
            f"<{vector[1:].split()[0]} x i32> zeroinitializer\n"
            f"%s.to{i}=getelementptr {vector},ptr %s.block,i64 {i}\nstore {vector} %s.all{i},ptr %s.to{i}\n"
        )

    def load(self, result: str, address: str) -> str:
        return f"%{result}=load {self.moved},ptr %{address},align {self.align}\n"

    def store(self, value: str, address: str) -> str:
        return f"store {self.moved} %{value},ptr %{address},align {self.align}\n"

    def move(self, i: int, source: str, target: str) -> str:
        p = self.prefix
        return self.load(f"{p}.value{i}", f"{p}.{source}{i}") + self.store(f"{p}.value{i}", f"{p}.{target}{i}")


def _transpose(scalar: str, lanes: int) -> tuple[str, list[str]]:
    """Shuffles from the rows %r0, %r1, ... to columns; their text, and the register of each column.

    First within 128 bits (unpack), then of whole 128-bit parts: what SSE, AVX and AVX-512 do in one instruction each.
    """
    part = 128 // (64 if scalar == "double" else 32)
    registers = [(f"r{i}", tuple((i, j) for j in range(lanes))) for i in range(lanes)]
    out: list[str] = []
    size = 1
    while size < lanes:
        masks = _unpack(lanes, part, size) if size < part else _gather_parts(lanes, part)
        registers = _stage(registers, masks, f"<{lanes} x {scalar}>", out)
        size *= 2
    columns = {elements[0][1]: name for name, elements in registers}
    for name, elements in registers:
        if elements != tuple((i, elements[0][1]) for i in range(lanes)):
            raise AssertionError(f"the transposition left {elements} in {name}")
    return "\n".join(out), [columns[j] for j in range(lanes)]


def _stage(registers, masks, vector: str, out: list[str]):
    """Shuffle neighbours with each other; first results first, so that the next stage finds its partners."""
    results = ([], [])
    for (a, left), (b, right) in zip(registers[::2], registers[1::2], strict=True):
        for result, mask in zip(results, masks, strict=True):
            name = f"x{len(out)}"
            indices = ",".join(f"i32 {m}" for m in mask)
            out.append(f"%{name}=shufflevector {vector} %{a},{vector} %{b},<{len(mask)} x i32> <{indices}>")
            result.append((name, tuple((left + right)[m] for m in mask)))
    return results[0] + results[1]


def _unpack(lanes: int, part: int, size: int) -> tuple[list[int], list[int]]:
    """Interleave, in runs of `size`, the lower (upper) halves of every 128-bit part of two registers."""
    masks = ([], [])
    for start in range(0, lanes, part):
        for half, mask in enumerate(masks):
            for run in range(0, part // 2, size):
                first = start + half * part // 2 + run
                mask += [*range(first, first + size), *range(lanes + first, lanes + first + size)]
    return masks


def _gather_parts(lanes: int, part: int) -> tuple[list[int], list[int]]:
    """The even (odd) 128-bit parts of one register, then those of the other."""
    masks = ([], [])
    for register in (0, lanes):
        for number, start in enumerate(range(0, lanes, part)):
            masks[number % 2].extend(range(register + start, register + start + part))
    return masks
