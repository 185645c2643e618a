"""LLVM functions that run a kernel over the cells of a batch, on one thread or on several.

A job describes one call, in 64-bit words: next group, cells done, references, cells, rank, the sizes of the
batch axes [rank], then for every array (inputs, output) its address and its strides in bytes [rank].
A stride of 0 means that the cells along that axis share the array.
"""

from collections.abc import Sequence
from string import Template

NEXT, DONE, REFERENCES, CELLS, RANK, SIZES = range(6)
"""Positions in a job."""

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

define void @worker(ptr %job) nounwind {
; takes groups of cells until none is left
entry:
%rows=alloca [$POINTERS x ptr],align 64
%memory=call ptr @eqxfuse_malloc(i64 $BYTES)
%number=ptrtoint ptr %memory to i64
%up=add i64 %number,63
%aligned=and i64 %up,-64
%work.there=inttoptr i64 %aligned to ptr
%none=icmp eq ptr %memory,null
%work=select i1 %none,ptr null,ptr %work.there
%cells.at=getelementptr i64,ptr %job,i64 $CELLS
%cells=load i64,ptr %cells.at
%next=getelementptr i64,ptr %job,i64 $NEXT
%done.at=getelementptr i64,ptr %job,i64 $DONE
br label %take
take:
%group=atomicrmw add ptr %next,i64 1 monotonic
%from=mul i64 %group,$GROUP
%more=icmp ult i64 %from,%cells
br i1 %more,label %compute,label %done
compute:
%end=add i64 %from,$GROUP
%inside=icmp ult i64 %end,%cells
%to=select i1 %inside,i64 %end,i64 %cells
call void @run(ptr %job,i64 %from,i64 %to,ptr %work,ptr %rows)
%count=sub i64 %to,%from
%before=atomicrmw add ptr %done.at,i64 %count release
br label %take
done:
call void @eqxfuse_free(ptr %memory)
ret void
}

define internal void @release(ptr %job) nounwind {
%at=getelementptr i64,ptr %job,i64 $REFERENCES
%before=atomicrmw sub ptr %at,i64 1 acq_rel
%last=icmp eq i64 %before,1
br i1 %last,label %free,label %done
free:
call void @eqxfuse_free(ptr %job)
br label %done
done:
ret void
}

define internal void @task(ptr %job) nounwind {
call void @worker(ptr %job)
call void @release(ptr %job)
ret void
}

define internal void @wait(ptr %job) nounwind {
; until the other threads have finished the groups that they took
entry:
%cells.at=getelementptr i64,ptr %job,i64 $CELLS
%cells=load i64,ptr %cells.at
%done.at=getelementptr i64,ptr %job,i64 $DONE
br label %look
look:
%turn=phi i64 [0,%entry],[%turn.next,%again],[%turn.next,%yield]
%count=load atomic i64,ptr %done.at acquire,align 8
%turn.next=add i64 %turn,1
%finished=icmp eq i64 %count,%cells
br i1 %finished,label %done,label %again
again:
%long=icmp ugt i64 %turn,2000
br i1 %long,label %yield,label %look
yield:
call i32 @eqxfuse_yield()
br label %look
done:
ret void
}

declare ptr @eqxfuse_malloc(i64)
declare void @eqxfuse_free(ptr)
declare i32 @eqxfuse_yield()
""")


def batch_text(arrays: int, lanes: int, work_bytes: int, group: int) -> str:
    """`@worker(job)` and what it needs, for a kernel with `arrays` inputs and one output.

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
    return _TEXT.substitute(
        RANK=RANK, SIZES=SIZES, CELLS=CELLS, NEXT=NEXT, DONE=DONE, REFERENCES=REFERENCES,
        W=lanes, SINGLE=lanes // 4, GROUP=group, BYTES=work_bytes + 64, POINTERS=(arrays + 1) * lanes,
        fill="\n".join(fill), find="\n".join(find), cells=_pointers(f"row{i}" for i in range(arrays + 1)),
    )


def _pointers(names) -> str:
    return ",".join(f"ptr %{name}" for name in names)
