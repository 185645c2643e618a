"""LLVM functions that share a job among threads.

A job describes one call, in 64-bit words: next group, cells done, references, cells, rank, the sizes of the
batch axes [rank], then for every array (inputs, output) its address and its strides in bytes [rank].
A stride of 0 means that the cells along that axis share the array.
"""

from string import Template

NEXT, DONE, REFERENCES, CELLS, RANK, SIZES = range(6)
"""Positions in a job."""

_TEXT = Template("""
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


def job_text(pointers: int, work_bytes: int, group: int) -> str:
    """`@worker(job)`, `@task(job)` for other threads, `@wait(job)` for them, and `@release(job)`.

    Every worker has room for `pointers` rows and `work_bytes` of work space, and takes `group` cells at a time.
    """
    return _TEXT.substitute(
        NEXT=NEXT, DONE=DONE, REFERENCES=REFERENCES, CELLS=CELLS, GROUP=group, BYTES=work_bytes + 64, POINTERS=pointers
    )
