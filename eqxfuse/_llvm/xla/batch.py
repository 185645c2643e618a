"""LLVM functions that run a kernel over the cells of a batch."""

from collections.abc import Iterable
from string import Template

from eqxfuse._llvm.xla.job import RANK, SIZES, job_text

_TEXT = Template("""
define internal ptr @address(ptr %job, ptr %record, i64 %cell) nounwind {
; where the row of `cell` starts in the array of `record`
entry:
%rank.at=getelementptr i64,ptr %job,i64 $RANK
%rank=load i64,ptr %rank.at
%base=load ptr,ptr %record
br label %test
test:
%axis=phi i64 [%rank,%entry],[%before,%step]
%rest=phi i64 [%cell,%entry],[%quotient,%step]
%offset=phi i64 [0,%entry],[%moved,%step]
%more=icmp ne i64 %axis,0
br i1 %more,label %step,label %done
step:
%before=sub i64 %axis,1
%size.word=add i64 %before,$SIZES
%size.at=getelementptr i64,ptr %job,i64 %size.word
%size=load i64,ptr %size.at
%stride.at=getelementptr i64,ptr %record,i64 %axis
%stride=load i64,ptr %stride.at
%quotient=udiv i64 %rest,%size
%index=urem i64 %rest,%size
%distance=mul i64 %index,%stride
%moved=add i64 %offset,%distance
br label %test
done:
%row=getelementptr i8,ptr %base,i64 %offset
ret ptr %row
}

define internal ptr @record(ptr %job, i64 %array) nounwind {
%rank.at=getelementptr i64,ptr %job,i64 $RANK
%rank=load i64,ptr %rank.at
%words=add i64 %rank,1
%before=mul i64 %array,%words
%head=add i64 %rank,$SIZES
%word=add i64 %head,%before
%at=getelementptr i64,ptr %job,i64 %word
ret ptr %at
}

define internal void @rows(ptr %job, ptr %record, i64 %first, i64 %count, ptr %rows) nounwind {
; rows of $W cells from `first` on; beyond `count` the last one again
entry:
%rank.at=getelementptr i64,ptr %job,i64 $RANK
%rank=load i64,ptr %rank.at
%flat=icmp eq i64 %rank,1
%last=sub i64 %count,1
br i1 %flat,label %line,label %each
line:
%base=load ptr,ptr %record
%stride.at=getelementptr i64,ptr %record,i64 1
%stride=load i64,ptr %stride.at
%start=mul i64 %first,%stride
%origin=getelementptr i8,ptr %base,i64 %start
br label %next
next:
%i=phi i64 [0,%line],[%i.next,%next]
%row=phi ptr [%origin,%line],[%row.next,%next]
%to=getelementptr ptr,ptr %rows,i64 %i
store ptr %row,ptr %to
%inside=icmp ult i64 %i,%last
%step=select i1 %inside,i64 %stride,i64 0
%row.next=getelementptr i8,ptr %row,i64 %step
%i.next=add i64 %i,1
%again=icmp ult i64 %i.next,$W
br i1 %again,label %next,label %done
each:
%j=phi i64 [0,%entry],[%j.next,%each]
%within=icmp ult i64 %j,%last
%lane=select i1 %within,i64 %j,i64 %last
%cell=add i64 %first,%lane
%found=call ptr @address(ptr %job,ptr %record,i64 %cell)
%put=getelementptr ptr,ptr %rows,i64 %j
store ptr %found,ptr %put
%j.next=add i64 %j,1
%on=icmp ult i64 %j.next,$W
br i1 %on,label %each,label %done
done:
ret void
}

define internal void @run(ptr %job, i64 %from, i64 %to, ptr %work, ptr %rows) nounwind {
; the cells from `from` to `to`: whole blocks, then either single cells or a block filled up
entry:
%none=icmp eq ptr %work,null
%few=select i1 %none,i64 -1,i64 $SINGLE
br label %test
test:
%cell=phi i64 [%from,%entry],[%past,%block],[%after,%single]
%left=sub i64 %to,%cell
%over=icmp eq i64 %left,0
br i1 %over,label %done,label %choose
choose:
%small=icmp ule i64 %left,%few
br i1 %small,label %single,label %block
block:
%full=icmp ult i64 %left,$W
%count=select i1 %full,i64 %left,i64 $W
$fill
call void @block(ptr %rows,ptr %work)
%past=add i64 %cell,%count
br label %test
single:
$find
call void @cell($cells)
%after=add i64 %cell,1
br label %test
done:
ret void
}
""")


def batch_text(arrays: int, lanes: int, work_bytes: int, group: int) -> str:
    """`@run(job, from, to, work, rows)` and `@worker(job)`, for a kernel with `arrays` inputs and one output.

    `group` cells are taken at a time; each thread has `work_bytes` of work space for `@block(rows, work)`.
    """
    fill, find = [], []
    for i in range(arrays + 1):
        fill += [
            f"%record{i}=call ptr @record(ptr %job,i64 {i})",
            f"%rows{i}=getelementptr ptr,ptr %rows,i64 {i * lanes}",
            f"call void @rows(ptr %job,ptr %record{i},i64 %cell,i64 %count,ptr %rows{i})",
        ]
        find += [
            f"%own{i}=call ptr @record(ptr %job,i64 {i})",
            f"%row{i}=call ptr @address(ptr %job,ptr %own{i},i64 %cell)",
        ]
    text = _TEXT.substitute(
        RANK=RANK,
        SIZES=SIZES,
        W=lanes,
        SINGLE=lanes // 4,
        fill="\n".join(fill),
        find="\n".join(find),
        cells=_pointers(f"row{i}" for i in range(arrays + 1)),
    )
    return text + job_text((arrays + 1) * lanes, work_bytes, group)


def _pointers(names: Iterable[str]) -> str:
    return ",".join(f"ptr %{name}" for name in names)
