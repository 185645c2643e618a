; rhs: 13 statements, 10 multiplications, 10 additions, 5 outputs
; 8 lanes of double
declare void @cell.0(ptr %y,ptr %k,ptr %m,ptr %.w,ptr %.o)
define void @cell(ptr %y,ptr %k,ptr %m,ptr %.o) nounwind {
%.w=alloca [2 x double],align 64
%constant.0=getelementptr double,ptr %.w,i64 0
store double 0x0000000000000000,ptr %constant.0
%constant.1=getelementptr double,ptr %.w,i64 1
store double 0x4008000000000000,ptr %constant.1
call void @cell.0(ptr %y,ptr %k,ptr %m,ptr %.w,ptr %.o)
ret void
}
declare void @block.0(ptr %y,ptr %k,ptr %m,ptr %.w,ptr %.o)
define void @block(ptr %rows, ptr %.w) nounwind {
%constant.0=getelementptr <8 x double>,ptr %.w,i64 0
store <8 x double> splat (double 0x0000000000000000),ptr %constant.0
%constant.1=getelementptr <8 x double>,ptr %.w,i64 1
store <8 x double> splat (double 0x4008000000000000),ptr %constant.1
%rows.0=getelementptr ptr,ptr %rows,i64 0
%buffer.0=getelementptr <8 x double>,ptr %.w,i64 2
%rows.1=getelementptr ptr,ptr %rows,i64 8
%buffer.1=getelementptr <8 x double>,ptr %.w,i64 7
%rows.2=getelementptr ptr,ptr %rows,i64 16
%buffer.2=getelementptr <8 x double>,ptr %.w,i64 12
%rows.3=getelementptr ptr,ptr %rows,i64 24
%buffer.3=getelementptr <8 x double>,ptr %.w,i64 13
call void @load(ptr %rows.0,i64 0,i64 5,ptr %buffer.0)
%input.0.0=getelementptr <8 x double>,ptr %buffer.0,i64 0
call void @load(ptr %rows.1,i64 0,i64 5,ptr %buffer.1)
%input.1.0=getelementptr <8 x double>,ptr %buffer.1,i64 0
call void @load(ptr %rows.2,i64 0,i64 1,ptr %buffer.2)
%input.2.0=getelementptr <8 x double>,ptr %buffer.2,i64 0
call void @block.0(ptr %input.0.0,ptr %input.1.0,ptr %input.2.0,ptr %.w,ptr %buffer.3)
call void @store(ptr %rows.3,i64 5,ptr %buffer.3)
ret void
}

define internal void @load(ptr %rows, i64 %first, i64 %count, ptr %block) nounwind {
entry:
%one=load ptr,ptr %rows
%all=load <8 x i64>,ptr %rows,align 8
%number=ptrtoint ptr %one to i64
%head=insertelement <8 x i64> poison,i64 %number,i32 0
%same=shufflevector <8 x i64> %head,<8 x i64> poison,<8 x i32> zeroinitializer
%different=xor <8 x i64> %all,%same
%bits=call i64 @llvm.vector.reduce.or.v8i64(<8 x i64> %different)
%shared=icmp eq i64 %bits,0
%whole=and i64 %count,-8
br i1 %shared,label %spread.test,label %tiles.test
spread.test:
%s=phi i64 [0,%entry],[%s.next,%spread]
%s.more=icmp ult i64 %s,%whole
br i1 %s.more,label %spread,label %columns.test
spread:
%s.column=add i64 %first,%s
%s.row=getelementptr double,ptr %one,i64 %s.column
%s.block=getelementptr <8 x double>,ptr %block,i64 %s
%s.from0=getelementptr double,ptr %s.row,i64 0
%s.value0=load double,ptr %s.from0
%s.head0=insertelement <8 x double> poison,double %s.value0,i32 0
%s.all0=shufflevector <8 x double> %s.head0,<8 x double> poison,<8 x i32> zeroinitializer
%s.to0=getelementptr <8 x double>,ptr %s.block,i64 0
store <8 x double> %s.all0,ptr %s.to0
%s.from1=getelementptr double,ptr %s.row,i64 1
%s.value1=load double,ptr %s.from1
%s.head1=insertelement <8 x double> poison,double %s.value1,i32 0
%s.all1=shufflevector <8 x double> %s.head1,<8 x double> poison,<8 x i32> zeroinitializer
%s.to1=getelementptr <8 x double>,ptr %s.block,i64 1
store <8 x double> %s.all1,ptr %s.to1
%s.from2=getelementptr double,ptr %s.row,i64 2
%s.value2=load double,ptr %s.from2
%s.head2=insertelement <8 x double> poison,double %s.value2,i32 0
%s.all2=shufflevector <8 x double> %s.head2,<8 x double> poison,<8 x i32> zeroinitializer
%s.to2=getelementptr <8 x double>,ptr %s.block,i64 2
store <8 x double> %s.all2,ptr %s.to2
%s.from3=getelementptr double,ptr %s.row,i64 3
%s.value3=load double,ptr %s.from3
%s.head3=insertelement <8 x double> poison,double %s.value3,i32 0
%s.all3=shufflevector <8 x double> %s.head3,<8 x double> poison,<8 x i32> zeroinitializer
%s.to3=getelementptr <8 x double>,ptr %s.block,i64 3
store <8 x double> %s.all3,ptr %s.to3
%s.from4=getelementptr double,ptr %s.row,i64 4
%s.value4=load double,ptr %s.from4
%s.head4=insertelement <8 x double> poison,double %s.value4,i32 0
%s.all4=shufflevector <8 x double> %s.head4,<8 x double> poison,<8 x i32> zeroinitializer
%s.to4=getelementptr <8 x double>,ptr %s.block,i64 4
store <8 x double> %s.all4,ptr %s.to4
%s.from5=getelementptr double,ptr %s.row,i64 5
%s.value5=load double,ptr %s.from5
%s.head5=insertelement <8 x double> poison,double %s.value5,i32 0
%s.all5=shufflevector <8 x double> %s.head5,<8 x double> poison,<8 x i32> zeroinitializer
%s.to5=getelementptr <8 x double>,ptr %s.block,i64 5
store <8 x double> %s.all5,ptr %s.to5
%s.from6=getelementptr double,ptr %s.row,i64 6
%s.value6=load double,ptr %s.from6
%s.head6=insertelement <8 x double> poison,double %s.value6,i32 0
%s.all6=shufflevector <8 x double> %s.head6,<8 x double> poison,<8 x i32> zeroinitializer
%s.to6=getelementptr <8 x double>,ptr %s.block,i64 6
store <8 x double> %s.all6,ptr %s.to6
%s.from7=getelementptr double,ptr %s.row,i64 7
%s.value7=load double,ptr %s.from7
%s.head7=insertelement <8 x double> poison,double %s.value7,i32 0
%s.all7=shufflevector <8 x double> %s.head7,<8 x double> poison,<8 x i32> zeroinitializer
%s.to7=getelementptr <8 x double>,ptr %s.block,i64 7
store <8 x double> %s.all7,ptr %s.to7
%s.next=add i64 %s,8
br label %spread.test
tiles.test:
%t=phi i64 [0,%entry],[%t.next,%tile]
%t.more=icmp ult i64 %t,%whole
br i1 %t.more,label %tile,label %columns.test
tile:
%t.column=add i64 %first,%t
%t.block=getelementptr <8 x double>,ptr %block,i64 %t
%t.at0=getelementptr ptr,ptr %rows,i64 0
%t.row0=load ptr,ptr %t.at0
%t.spot0=getelementptr double,ptr %t.row0,i64 %t.column
%r0=load <8 x double>,ptr %t.spot0,align 8
%t.at1=getelementptr ptr,ptr %rows,i64 1
%t.row1=load ptr,ptr %t.at1
%t.spot1=getelementptr double,ptr %t.row1,i64 %t.column
%r1=load <8 x double>,ptr %t.spot1,align 8
%t.at2=getelementptr ptr,ptr %rows,i64 2
%t.row2=load ptr,ptr %t.at2
%t.spot2=getelementptr double,ptr %t.row2,i64 %t.column
%r2=load <8 x double>,ptr %t.spot2,align 8
%t.at3=getelementptr ptr,ptr %rows,i64 3
%t.row3=load ptr,ptr %t.at3
%t.spot3=getelementptr double,ptr %t.row3,i64 %t.column
%r3=load <8 x double>,ptr %t.spot3,align 8
%t.at4=getelementptr ptr,ptr %rows,i64 4
%t.row4=load ptr,ptr %t.at4
%t.spot4=getelementptr double,ptr %t.row4,i64 %t.column
%r4=load <8 x double>,ptr %t.spot4,align 8
%t.at5=getelementptr ptr,ptr %rows,i64 5
%t.row5=load ptr,ptr %t.at5
%t.spot5=getelementptr double,ptr %t.row5,i64 %t.column
%r5=load <8 x double>,ptr %t.spot5,align 8
%t.at6=getelementptr ptr,ptr %rows,i64 6
%t.row6=load ptr,ptr %t.at6
%t.spot6=getelementptr double,ptr %t.row6,i64 %t.column
%r6=load <8 x double>,ptr %t.spot6,align 8
%t.at7=getelementptr ptr,ptr %rows,i64 7
%t.row7=load ptr,ptr %t.at7
%t.spot7=getelementptr double,ptr %t.row7,i64 %t.column
%r7=load <8 x double>,ptr %t.spot7,align 8
%x0=shufflevector <8 x double> %r0,<8 x double> %r1,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x1=shufflevector <8 x double> %r0,<8 x double> %r1,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x2=shufflevector <8 x double> %r2,<8 x double> %r3,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x3=shufflevector <8 x double> %r2,<8 x double> %r3,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x4=shufflevector <8 x double> %r4,<8 x double> %r5,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x5=shufflevector <8 x double> %r4,<8 x double> %r5,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x6=shufflevector <8 x double> %r6,<8 x double> %r7,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x7=shufflevector <8 x double> %r6,<8 x double> %r7,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x8=shufflevector <8 x double> %x0,<8 x double> %x2,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x9=shufflevector <8 x double> %x0,<8 x double> %x2,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x10=shufflevector <8 x double> %x4,<8 x double> %x6,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x11=shufflevector <8 x double> %x4,<8 x double> %x6,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x12=shufflevector <8 x double> %x1,<8 x double> %x3,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x13=shufflevector <8 x double> %x1,<8 x double> %x3,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x14=shufflevector <8 x double> %x5,<8 x double> %x7,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x15=shufflevector <8 x double> %x5,<8 x double> %x7,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x16=shufflevector <8 x double> %x8,<8 x double> %x10,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x17=shufflevector <8 x double> %x8,<8 x double> %x10,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x18=shufflevector <8 x double> %x12,<8 x double> %x14,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x19=shufflevector <8 x double> %x12,<8 x double> %x14,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x20=shufflevector <8 x double> %x9,<8 x double> %x11,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x21=shufflevector <8 x double> %x9,<8 x double> %x11,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x22=shufflevector <8 x double> %x13,<8 x double> %x15,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x23=shufflevector <8 x double> %x13,<8 x double> %x15,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%t.slot0=getelementptr <8 x double>,ptr %t.block,i64 0
store <8 x double> %x16,ptr %t.slot0,align 8
%t.slot1=getelementptr <8 x double>,ptr %t.block,i64 1
store <8 x double> %x18,ptr %t.slot1,align 8
%t.slot2=getelementptr <8 x double>,ptr %t.block,i64 2
store <8 x double> %x20,ptr %t.slot2,align 8
%t.slot3=getelementptr <8 x double>,ptr %t.block,i64 3
store <8 x double> %x22,ptr %t.slot3,align 8
%t.slot4=getelementptr <8 x double>,ptr %t.block,i64 4
store <8 x double> %x17,ptr %t.slot4,align 8
%t.slot5=getelementptr <8 x double>,ptr %t.block,i64 5
store <8 x double> %x19,ptr %t.slot5,align 8
%t.slot6=getelementptr <8 x double>,ptr %t.block,i64 6
store <8 x double> %x21,ptr %t.slot6,align 8
%t.slot7=getelementptr <8 x double>,ptr %t.block,i64 7
store <8 x double> %x23,ptr %t.slot7,align 8
%t.next=add i64 %t,8
br label %tiles.test
columns.test:
%c=phi i64 [%whole,%spread.test],[%whole,%tiles.test],[%c.next,%column]
%c.more=icmp ult i64 %c,%count
br i1 %c.more,label %column,label %done
column:
%c.column=add i64 %first,%c
%c.block=getelementptr <8 x double>,ptr %block,i64 %c
%c.at0=getelementptr ptr,ptr %rows,i64 0
%c.row0=load ptr,ptr %c.at0
%c.spot0=getelementptr double,ptr %c.row0,i64 %c.column
%c.cell0=getelementptr double,ptr %c.block,i64 0
%c.value0=load double,ptr %c.spot0,align 8
store double %c.value0,ptr %c.cell0,align 8
%c.at1=getelementptr ptr,ptr %rows,i64 1
%c.row1=load ptr,ptr %c.at1
%c.spot1=getelementptr double,ptr %c.row1,i64 %c.column
%c.cell1=getelementptr double,ptr %c.block,i64 1
%c.value1=load double,ptr %c.spot1,align 8
store double %c.value1,ptr %c.cell1,align 8
%c.at2=getelementptr ptr,ptr %rows,i64 2
%c.row2=load ptr,ptr %c.at2
%c.spot2=getelementptr double,ptr %c.row2,i64 %c.column
%c.cell2=getelementptr double,ptr %c.block,i64 2
%c.value2=load double,ptr %c.spot2,align 8
store double %c.value2,ptr %c.cell2,align 8
%c.at3=getelementptr ptr,ptr %rows,i64 3
%c.row3=load ptr,ptr %c.at3
%c.spot3=getelementptr double,ptr %c.row3,i64 %c.column
%c.cell3=getelementptr double,ptr %c.block,i64 3
%c.value3=load double,ptr %c.spot3,align 8
store double %c.value3,ptr %c.cell3,align 8
%c.at4=getelementptr ptr,ptr %rows,i64 4
%c.row4=load ptr,ptr %c.at4
%c.spot4=getelementptr double,ptr %c.row4,i64 %c.column
%c.cell4=getelementptr double,ptr %c.block,i64 4
%c.value4=load double,ptr %c.spot4,align 8
store double %c.value4,ptr %c.cell4,align 8
%c.at5=getelementptr ptr,ptr %rows,i64 5
%c.row5=load ptr,ptr %c.at5
%c.spot5=getelementptr double,ptr %c.row5,i64 %c.column
%c.cell5=getelementptr double,ptr %c.block,i64 5
%c.value5=load double,ptr %c.spot5,align 8
store double %c.value5,ptr %c.cell5,align 8
%c.at6=getelementptr ptr,ptr %rows,i64 6
%c.row6=load ptr,ptr %c.at6
%c.spot6=getelementptr double,ptr %c.row6,i64 %c.column
%c.cell6=getelementptr double,ptr %c.block,i64 6
%c.value6=load double,ptr %c.spot6,align 8
store double %c.value6,ptr %c.cell6,align 8
%c.at7=getelementptr ptr,ptr %rows,i64 7
%c.row7=load ptr,ptr %c.at7
%c.spot7=getelementptr double,ptr %c.row7,i64 %c.column
%c.cell7=getelementptr double,ptr %c.block,i64 7
%c.value7=load double,ptr %c.spot7,align 8
store double %c.value7,ptr %c.cell7,align 8
%c.next=add i64 %c,1
br label %columns.test
done:
ret void
}
declare i64 @llvm.vector.reduce.or.v8i64(<8 x i64>)

define internal void @store(ptr %rows, i64 %count, ptr %block) nounwind {
entry:
%whole=and i64 %count,-8
br label %tiles.test
tiles.test:
%t=phi i64 [0,%entry],[%t.next,%tile]
%t.more=icmp ult i64 %t,%whole
br i1 %t.more,label %tile,label %columns.test
tile:
%t.block=getelementptr <8 x double>,ptr %block,i64 %t
%t.slot0=getelementptr <8 x double>,ptr %t.block,i64 0
%r0=load <8 x double>,ptr %t.slot0,align 8
%t.slot1=getelementptr <8 x double>,ptr %t.block,i64 1
%r1=load <8 x double>,ptr %t.slot1,align 8
%t.slot2=getelementptr <8 x double>,ptr %t.block,i64 2
%r2=load <8 x double>,ptr %t.slot2,align 8
%t.slot3=getelementptr <8 x double>,ptr %t.block,i64 3
%r3=load <8 x double>,ptr %t.slot3,align 8
%t.slot4=getelementptr <8 x double>,ptr %t.block,i64 4
%r4=load <8 x double>,ptr %t.slot4,align 8
%t.slot5=getelementptr <8 x double>,ptr %t.block,i64 5
%r5=load <8 x double>,ptr %t.slot5,align 8
%t.slot6=getelementptr <8 x double>,ptr %t.block,i64 6
%r6=load <8 x double>,ptr %t.slot6,align 8
%t.slot7=getelementptr <8 x double>,ptr %t.block,i64 7
%r7=load <8 x double>,ptr %t.slot7,align 8
%x0=shufflevector <8 x double> %r0,<8 x double> %r1,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x1=shufflevector <8 x double> %r0,<8 x double> %r1,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x2=shufflevector <8 x double> %r2,<8 x double> %r3,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x3=shufflevector <8 x double> %r2,<8 x double> %r3,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x4=shufflevector <8 x double> %r4,<8 x double> %r5,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x5=shufflevector <8 x double> %r4,<8 x double> %r5,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x6=shufflevector <8 x double> %r6,<8 x double> %r7,<8 x i32> <i32 0,i32 8,i32 2,i32 10,i32 4,i32 12,i32 6,i32 14>
%x7=shufflevector <8 x double> %r6,<8 x double> %r7,<8 x i32> <i32 1,i32 9,i32 3,i32 11,i32 5,i32 13,i32 7,i32 15>
%x8=shufflevector <8 x double> %x0,<8 x double> %x2,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x9=shufflevector <8 x double> %x0,<8 x double> %x2,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x10=shufflevector <8 x double> %x4,<8 x double> %x6,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x11=shufflevector <8 x double> %x4,<8 x double> %x6,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x12=shufflevector <8 x double> %x1,<8 x double> %x3,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x13=shufflevector <8 x double> %x1,<8 x double> %x3,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x14=shufflevector <8 x double> %x5,<8 x double> %x7,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x15=shufflevector <8 x double> %x5,<8 x double> %x7,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x16=shufflevector <8 x double> %x8,<8 x double> %x10,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x17=shufflevector <8 x double> %x8,<8 x double> %x10,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x18=shufflevector <8 x double> %x12,<8 x double> %x14,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x19=shufflevector <8 x double> %x12,<8 x double> %x14,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x20=shufflevector <8 x double> %x9,<8 x double> %x11,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x21=shufflevector <8 x double> %x9,<8 x double> %x11,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%x22=shufflevector <8 x double> %x13,<8 x double> %x15,<8 x i32> <i32 0,i32 1,i32 4,i32 5,i32 8,i32 9,i32 12,i32 13>
%x23=shufflevector <8 x double> %x13,<8 x double> %x15,<8 x i32> <i32 2,i32 3,i32 6,i32 7,i32 10,i32 11,i32 14,i32 15>
%t.at0=getelementptr ptr,ptr %rows,i64 0
%t.row0=load ptr,ptr %t.at0
%t.spot0=getelementptr double,ptr %t.row0,i64 %t
store <8 x double> %x16,ptr %t.spot0,align 8
%t.at1=getelementptr ptr,ptr %rows,i64 1
%t.row1=load ptr,ptr %t.at1
%t.spot1=getelementptr double,ptr %t.row1,i64 %t
store <8 x double> %x18,ptr %t.spot1,align 8
%t.at2=getelementptr ptr,ptr %rows,i64 2
%t.row2=load ptr,ptr %t.at2
%t.spot2=getelementptr double,ptr %t.row2,i64 %t
store <8 x double> %x20,ptr %t.spot2,align 8
%t.at3=getelementptr ptr,ptr %rows,i64 3
%t.row3=load ptr,ptr %t.at3
%t.spot3=getelementptr double,ptr %t.row3,i64 %t
store <8 x double> %x22,ptr %t.spot3,align 8
%t.at4=getelementptr ptr,ptr %rows,i64 4
%t.row4=load ptr,ptr %t.at4
%t.spot4=getelementptr double,ptr %t.row4,i64 %t
store <8 x double> %x17,ptr %t.spot4,align 8
%t.at5=getelementptr ptr,ptr %rows,i64 5
%t.row5=load ptr,ptr %t.at5
%t.spot5=getelementptr double,ptr %t.row5,i64 %t
store <8 x double> %x19,ptr %t.spot5,align 8
%t.at6=getelementptr ptr,ptr %rows,i64 6
%t.row6=load ptr,ptr %t.at6
%t.spot6=getelementptr double,ptr %t.row6,i64 %t
store <8 x double> %x21,ptr %t.spot6,align 8
%t.at7=getelementptr ptr,ptr %rows,i64 7
%t.row7=load ptr,ptr %t.at7
%t.spot7=getelementptr double,ptr %t.row7,i64 %t
store <8 x double> %x23,ptr %t.spot7,align 8
%t.next=add i64 %t,8
br label %tiles.test
columns.test:
%c=phi i64 [%whole,%tiles.test],[%c.next,%column]
%c.more=icmp ult i64 %c,%count
br i1 %c.more,label %column,label %done
column:
%c.block=getelementptr <8 x double>,ptr %block,i64 %c
%c.at0=getelementptr ptr,ptr %rows,i64 0
%c.row0=load ptr,ptr %c.at0
%c.spot0=getelementptr double,ptr %c.row0,i64 %c
%c.cell0=getelementptr double,ptr %c.block,i64 0
%c.value0=load double,ptr %c.cell0,align 8
store double %c.value0,ptr %c.spot0,align 8
%c.at1=getelementptr ptr,ptr %rows,i64 1
%c.row1=load ptr,ptr %c.at1
%c.spot1=getelementptr double,ptr %c.row1,i64 %c
%c.cell1=getelementptr double,ptr %c.block,i64 1
%c.value1=load double,ptr %c.cell1,align 8
store double %c.value1,ptr %c.spot1,align 8
%c.at2=getelementptr ptr,ptr %rows,i64 2
%c.row2=load ptr,ptr %c.at2
%c.spot2=getelementptr double,ptr %c.row2,i64 %c
%c.cell2=getelementptr double,ptr %c.block,i64 2
%c.value2=load double,ptr %c.cell2,align 8
store double %c.value2,ptr %c.spot2,align 8
%c.at3=getelementptr ptr,ptr %rows,i64 3
%c.row3=load ptr,ptr %c.at3
%c.spot3=getelementptr double,ptr %c.row3,i64 %c
%c.cell3=getelementptr double,ptr %c.block,i64 3
%c.value3=load double,ptr %c.cell3,align 8
store double %c.value3,ptr %c.spot3,align 8
%c.at4=getelementptr ptr,ptr %rows,i64 4
%c.row4=load ptr,ptr %c.at4
%c.spot4=getelementptr double,ptr %c.row4,i64 %c
%c.cell4=getelementptr double,ptr %c.block,i64 4
%c.value4=load double,ptr %c.cell4,align 8
store double %c.value4,ptr %c.spot4,align 8
%c.at5=getelementptr ptr,ptr %rows,i64 5
%c.row5=load ptr,ptr %c.at5
%c.spot5=getelementptr double,ptr %c.row5,i64 %c
%c.cell5=getelementptr double,ptr %c.block,i64 5
%c.value5=load double,ptr %c.cell5,align 8
store double %c.value5,ptr %c.spot5,align 8
%c.at6=getelementptr ptr,ptr %rows,i64 6
%c.row6=load ptr,ptr %c.at6
%c.spot6=getelementptr double,ptr %c.row6,i64 %c
%c.cell6=getelementptr double,ptr %c.block,i64 6
%c.value6=load double,ptr %c.cell6,align 8
store double %c.value6,ptr %c.spot6,align 8
%c.at7=getelementptr ptr,ptr %rows,i64 7
%c.row7=load ptr,ptr %c.at7
%c.spot7=getelementptr double,ptr %c.row7,i64 %c
%c.cell7=getelementptr double,ptr %c.block,i64 7
%c.value7=load double,ptr %c.cell7,align 8
store double %c.value7,ptr %c.spot7,align 8
%c.next=add i64 %c,1
br label %columns.test
done:
ret void
}

define internal ptr @address(ptr %job, ptr %record, i64 %cell) nounwind {
; where the row of `cell` starts in the array of `record`
entry:
%rank.at=getelementptr i64,ptr %job,i64 4
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
%size.word=add i64 %before,5
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
%rank.at=getelementptr i64,ptr %job,i64 4
%rank=load i64,ptr %rank.at
%words=add i64 %rank,1
%before=mul i64 %array,%words
%head=add i64 %rank,5
%word=add i64 %head,%before
%at=getelementptr i64,ptr %job,i64 %word
ret ptr %at
}

define internal void @rows(ptr %job, ptr %record, i64 %first, i64 %count, ptr %rows) nounwind {
; rows of 8 cells from `first` on; beyond `count` the last one again
entry:
%rank.at=getelementptr i64,ptr %job,i64 4
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
%again=icmp ult i64 %i.next,8
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
%on=icmp ult i64 %j.next,8
br i1 %on,label %each,label %done
done:
ret void
}

define internal void @run(ptr %job, i64 %from, i64 %to, ptr %work, ptr %rows) nounwind {
; the cells from `from` to `to`: whole blocks, then either single cells or a block filled up
entry:
%none=icmp eq ptr %work,null
%few=select i1 %none,i64 -1,i64 2
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
%full=icmp ult i64 %left,8
%count=select i1 %full,i64 %left,i64 8
%record0=call ptr @record(ptr %job,i64 0)
%rows0=getelementptr ptr,ptr %rows,i64 0
call void @rows(ptr %job,ptr %record0,i64 %cell,i64 %count,ptr %rows0)
%record1=call ptr @record(ptr %job,i64 1)
%rows1=getelementptr ptr,ptr %rows,i64 8
call void @rows(ptr %job,ptr %record1,i64 %cell,i64 %count,ptr %rows1)
%record2=call ptr @record(ptr %job,i64 2)
%rows2=getelementptr ptr,ptr %rows,i64 16
call void @rows(ptr %job,ptr %record2,i64 %cell,i64 %count,ptr %rows2)
%record3=call ptr @record(ptr %job,i64 3)
%rows3=getelementptr ptr,ptr %rows,i64 24
call void @rows(ptr %job,ptr %record3,i64 %cell,i64 %count,ptr %rows3)
call void @block(ptr %rows,ptr %work)
%past=add i64 %cell,%count
br label %test
single:
%own0=call ptr @record(ptr %job,i64 0)
%row0=call ptr @address(ptr %job,ptr %own0,i64 %cell)
%own1=call ptr @record(ptr %job,i64 1)
%row1=call ptr @address(ptr %job,ptr %own1,i64 %cell)
%own2=call ptr @record(ptr %job,i64 2)
%row2=call ptr @address(ptr %job,ptr %own2,i64 %cell)
%own3=call ptr @record(ptr %job,i64 3)
%row3=call ptr @address(ptr %job,ptr %own3,i64 %cell)
call void @cell(ptr %row0,ptr %row1,ptr %row2,ptr %row3)
%after=add i64 %cell,1
br label %test
done:
ret void
}

define void @worker(ptr %job) nounwind {
; takes groups of cells until none is left
entry:
%rows=alloca [32 x ptr],align 64
%memory=call ptr @eqxfuse_malloc(i64 1216)
%number=ptrtoint ptr %memory to i64
%up=add i64 %number,63
%aligned=and i64 %up,-64
%work.there=inttoptr i64 %aligned to ptr
%none=icmp eq ptr %memory,null
%work=select i1 %none,ptr null,ptr %work.there
%cells.at=getelementptr i64,ptr %job,i64 3
%cells=load i64,ptr %cells.at
%next=getelementptr i64,ptr %job,i64 0
%done.at=getelementptr i64,ptr %job,i64 1
br label %take
take:
%group=atomicrmw add ptr %next,i64 1 monotonic
%from=mul i64 %group,18456
%more=icmp ult i64 %from,%cells
br i1 %more,label %compute,label %done
compute:
%end=add i64 %from,18456
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
%at=getelementptr i64,ptr %job,i64 2
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
%cells.at=getelementptr i64,ptr %job,i64 3
%cells=load i64,ptr %cells.at
%done.at=getelementptr i64,ptr %job,i64 1
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

define ptr @handler(ptr %frame) nounwind {
entry:
%extension.at=getelementptr i8,ptr %frame,i64 8
%extension=load ptr,ptr %extension.at
%plain=icmp eq ptr %extension,null
br i1 %plain,label %staged,label %extended
extended:
%type.at=getelementptr i8,ptr %extension,i64 8
%type=load i32,ptr %type.at
%asks=icmp eq i32 %type,1
br i1 %asks,label %metadata,label %staged
metadata:
%metadata.at=getelementptr i8,ptr %extension,i64 24
%answer=load ptr,ptr %metadata.at
%version=getelementptr i8,ptr %answer,i64 8
store i64 24,ptr %version
%major=getelementptr i8,ptr %answer,i64 24
store i32 0,ptr %major
%minor=getelementptr i8,ptr %answer,i64 28
store i32 1,ptr %minor
ret ptr null
staged:
%stage.at=getelementptr i8,ptr %frame,i64 32
%stage=load i32,ptr %stage.at
%execute=icmp eq i32 %stage,3
br i1 %execute,label %count,label %done
count:
%args.size.at=getelementptr i8,ptr %frame,i64 56
%args.size=load i64,ptr %args.size.at
%rets.size.at=getelementptr i8,ptr %frame,i64 96
%rets.size=load i64,ptr %rets.size.at
%args.right=icmp eq i64 %args.size,3
%rets.right=icmp eq i64 %rets.size,1
%both=and i1 %args.right,%rets.right
br i1 %both,label %check.3,label %wrong.number
wrong.number:
%number.error=call ptr @error(ptr %frame,ptr @message.number)
ret ptr %number.error
check.3:
%list.3=getelementptr i8,ptr %frame,i64 112
%pointers.3=load ptr,ptr %list.3
%buffer.at.3=getelementptr ptr,ptr %pointers.3,i64 0
%buffer.3=load ptr,ptr %buffer.at.3
%fits.3=call i1 @fits(ptr %buffer.3,i64 5,ptr %buffer.3)
%data.at.3=getelementptr i8,ptr %buffer.3,i64 24
%data.3=load ptr,ptr %data.at.3
br i1 %fits.3,label %check.0,label %wrong.3
wrong.3:
%error.3=call ptr @error(ptr %frame,ptr @message.3)
ret ptr %error.3
check.0:
%list.0=getelementptr i8,ptr %frame,i64 72
%pointers.0=load ptr,ptr %list.0
%buffer.at.0=getelementptr ptr,ptr %pointers.0,i64 0
%buffer.0=load ptr,ptr %buffer.at.0
%fits.0=call i1 @fits(ptr %buffer.0,i64 5,ptr %buffer.3)
%data.at.0=getelementptr i8,ptr %buffer.0,i64 24
%data.0=load ptr,ptr %data.at.0
br i1 %fits.0,label %check.1,label %wrong.0
wrong.0:
%error.0=call ptr @error(ptr %frame,ptr @message.0)
ret ptr %error.0
check.1:
%list.1=getelementptr i8,ptr %frame,i64 72
%pointers.1=load ptr,ptr %list.1
%buffer.at.1=getelementptr ptr,ptr %pointers.1,i64 1
%buffer.1=load ptr,ptr %buffer.at.1
%fits.1=call i1 @fits(ptr %buffer.1,i64 5,ptr %buffer.3)
%data.at.1=getelementptr i8,ptr %buffer.1,i64 24
%data.1=load ptr,ptr %data.at.1
br i1 %fits.1,label %check.2,label %wrong.1
wrong.1:
%error.1=call ptr @error(ptr %frame,ptr @message.1)
ret ptr %error.1
check.2:
%list.2=getelementptr i8,ptr %frame,i64 72
%pointers.2=load ptr,ptr %list.2
%buffer.at.2=getelementptr ptr,ptr %pointers.2,i64 2
%buffer.2=load ptr,ptr %buffer.at.2
%fits.2=call i1 @fits(ptr %buffer.2,i64 1,ptr %buffer.3)
%data.at.2=getelementptr i8,ptr %buffer.2,i64 24
%data.2=load ptr,ptr %data.at.2
br i1 %fits.2,label %ready,label %wrong.2
wrong.2:
%error.2=call ptr @error(ptr %frame,ptr @message.2)
ret ptr %error.2
ready:
%cells=call i64 @volume(ptr %buffer.3)
%rank.at=getelementptr i8,ptr %buffer.3,i64 32
%rank=load i64,ptr %rank.at
%axes=sub i64 %rank,1
%single=icmp eq i64 %cells,1
br i1 %single,label %one,label %some
one:
call void @cell(ptr %data.0,ptr %data.1,ptr %data.2,ptr %data.3)
br label %done
some:
%empty=icmp eq i64 %cells,0
br i1 %empty,label %done,label %batch
batch:
%threads=call i64 @threads(ptr %frame,i64 %cells)
%per.array=add i64 %axes,1
%records=mul i64 %per.array,4
%head=add i64 %axes,5
%words=add i64 %head,%records
%bytes=mul i64 %words,8
%job=call ptr @eqxfuse_malloc(i64 %bytes)
%full=icmp eq ptr %job,null
br i1 %full,label %memory,label %start
memory:
%memory.error=call ptr @error(ptr %frame,ptr @message.memory)
ret ptr %memory.error
start:
call void @describe(ptr %job,i64 %cells,i64 %axes,i64 %threads,ptr %buffer.3)
call void @note(ptr %job,i64 0,ptr %buffer.0)
call void @note(ptr %job,i64 1,ptr %buffer.1)
call void @note(ptr %job,i64 2,ptr %buffer.2)
call void @note(ptr %job,i64 3,ptr %buffer.3)
call void @spread(ptr %frame,ptr %job,i64 %threads)
call void @worker(ptr %job)
call void @wait(ptr %job)
call void @release(ptr %job)
br label %done
done:
ret ptr null
}

@message.number = internal constant [49 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\74\61\6B\65\73\20\33\20\69\6E\70\75\74\73\20\61\6E\64\20\67\69\76\65\73\20\6F\6E\65\20\72\65\73\75\6C\74\00"
@message.memory = internal constant [27 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\6F\75\74\20\6F\66\20\6D\65\6D\6F\72\79\00"
@message.0 = internal constant [86 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\69\6E\70\75\74\20\30\20\28\79\29\20\6D\75\73\74\20\62\65\20\66\6C\6F\61\74\36\34\20\5B\2E\2E\2E\2C\20\35\5D\2C\20\6C\65\61\64\69\6E\67\20\61\78\65\73\20\61\73\20\69\6E\20\74\68\65\20\72\65\73\75\6C\74\20\6F\72\20\31\00"
@message.1 = internal constant [86 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\69\6E\70\75\74\20\31\20\28\6B\29\20\6D\75\73\74\20\62\65\20\66\6C\6F\61\74\36\34\20\5B\2E\2E\2E\2C\20\35\5D\2C\20\6C\65\61\64\69\6E\67\20\61\78\65\73\20\61\73\20\69\6E\20\74\68\65\20\72\65\73\75\6C\74\20\6F\72\20\31\00"
@message.2 = internal constant [86 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\69\6E\70\75\74\20\32\20\28\6D\29\20\6D\75\73\74\20\62\65\20\66\6C\6F\61\74\36\34\20\5B\2E\2E\2E\2C\20\31\5D\2C\20\6C\65\61\64\69\6E\67\20\61\78\65\73\20\61\73\20\69\6E\20\74\68\65\20\72\65\73\75\6C\74\20\6F\72\20\31\00"
@message.3 = internal constant [85 x i8] c"\65\71\78\66\75\73\65\20\72\68\73\3A\20\74\68\65\20\72\65\73\75\6C\74\20\6D\75\73\74\20\62\65\20\66\6C\6F\61\74\36\34\20\5B\2E\2E\2E\2C\20\35\5D\2C\20\6C\65\61\64\69\6E\67\20\61\78\65\73\20\61\73\20\69\6E\20\74\68\65\20\72\65\73\75\6C\74\20\6F\72\20\31\00"

define internal i64 @volume(ptr %buffer) nounwind {
; number of cells: the product of all axes but the last
entry:
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%last=sub i64 %rank,1
br label %test
test:
%i=phi i64 [0,%entry],[%i.next,%step]
%product=phi i64 [1,%entry],[%more,%step]
%inside=icmp ult i64 %i,%last
br i1 %inside,label %step,label %done
step:
%at=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %at
%more=mul i64 %product,%dim
%i.next=add i64 %i,1
br label %test
done:
ret i64 %product
}

define internal i1 @fits(ptr %buffer, i64 %length, ptr %result) nounwind {
; numbers of the right type [..., length]; leading axes are 1 or those of the result
entry:
%dtype.at=getelementptr i8,ptr %buffer,i64 16
%dtype=load i32,ptr %dtype.at
%typed=icmp eq i32 %dtype,12
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%target.at=getelementptr i8,ptr %result,i64 32
%target=load i64,ptr %target.at
%same=icmp eq i64 %rank,%target
%some=icmp ne i64 %rank,0
%first=and i1 %typed,%same
%good=and i1 %first,%some
br i1 %good,label %sizes,label %no
sizes:
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%wanted.at=getelementptr i8,ptr %result,i64 40
%wanted=load ptr,ptr %wanted.at
%last=sub i64 %rank,1
%last.at=getelementptr i64,ptr %dims,i64 %last
%size=load i64,ptr %last.at
%long=icmp eq i64 %size,%length
br i1 %long,label %test,label %no
test:
%i=phi i64 [0,%sizes],[%i.next,%step]
%inside=icmp ult i64 %i,%last
br i1 %inside,label %step,label %yes
step:
%at=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %at
%other.at=getelementptr i64,ptr %wanted,i64 %i
%other=load i64,ptr %other.at
%equal=icmp eq i64 %dim,%other
%one=icmp eq i64 %dim,1
%either=or i1 %equal,%one
%i.next=add i64 %i,1
br i1 %either,label %test,label %no
yes:
ret i1 true
no:
ret i1 false
}

define internal void @describe(ptr %job, i64 %cells, i64 %rank, i64 %threads, ptr %result) nounwind {
; the head of a job
entry:
%next=getelementptr i64,ptr %job,i64 0
store i64 0,ptr %next
%done.at=getelementptr i64,ptr %job,i64 1
store i64 0,ptr %done.at
%references=getelementptr i64,ptr %job,i64 2
store i64 %threads,ptr %references
%cells.at=getelementptr i64,ptr %job,i64 3
store i64 %cells,ptr %cells.at
%rank.at=getelementptr i64,ptr %job,i64 4
store i64 %rank,ptr %rank.at
%dims.at=getelementptr i8,ptr %result,i64 40
%dims=load ptr,ptr %dims.at
%sizes=getelementptr i64,ptr %job,i64 5
br label %test
test:
%i=phi i64 [0,%entry],[%i.next,%step]
%inside=icmp ult i64 %i,%rank
br i1 %inside,label %step,label %done
step:
%from=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %from
%to=getelementptr i64,ptr %sizes,i64 %i
store i64 %dim,ptr %to
%i.next=add i64 %i,1
br label %test
done:
ret void
}

define internal void @note(ptr %job, i64 %array, ptr %buffer) nounwind {
; address and strides of one array; an axis of length 1 gets the stride 0
entry:
%record=call ptr @record(ptr %job,i64 %array)
%data.at=getelementptr i8,ptr %buffer,i64 24
%data=load ptr,ptr %data.at
store ptr %data,ptr %record
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%last=sub i64 %rank,1
%last.at=getelementptr i64,ptr %dims,i64 %last
%length=load i64,ptr %last.at
%row=mul i64 %length,8
br label %test
test:
%axis=phi i64 [%last,%entry],[%before,%step]
%stride=phi i64 [%row,%entry],[%larger,%step]
%more=icmp ne i64 %axis,0
br i1 %more,label %step,label %done
step:
%before=sub i64 %axis,1
%at=getelementptr i64,ptr %dims,i64 %before
%dim=load i64,ptr %at
%shared=icmp eq i64 %dim,1
%own=select i1 %shared,i64 0,i64 %stride
%to=getelementptr i64,ptr %record,i64 %axis
store i64 %own,ptr %to
%larger=mul i64 %stride,%dim
br label %test
done:
ret void
}

define internal ptr @error(ptr %frame, ptr %message) nounwind {
%args=alloca [28 x i8],align 8
%size=getelementptr i8,ptr %args,i64 0
store i64 28,ptr %size
%extension=getelementptr i8,ptr %args,i64 8
store ptr null,ptr %extension
%text=getelementptr i8,ptr %args,i64 16
store ptr %message,ptr %text
%code=getelementptr i8,ptr %args,i64 24
store i32 3,ptr %code
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%create.at=getelementptr i8,ptr %api,i64 48
%create=load ptr,ptr %create.at
%error=call ptr %create(ptr %args)
ret ptr %error
}

define internal i1 @failed(ptr %frame, ptr %error) nounwind {
; whether a call of the FFI failed; its error is destroyed
%fine=icmp eq ptr %error,null
br i1 %fine,label %no,label %yes
no:
ret i1 false
yes:
%args=alloca [24 x i8],align 8
%size=getelementptr i8,ptr %args,i64 0
store i64 24,ptr %size
%extension=getelementptr i8,ptr %args,i64 8
store ptr null,ptr %extension
%which=getelementptr i8,ptr %args,i64 16
store ptr %error,ptr %which
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%destroy.at=getelementptr i8,ptr %api,i64 64
%destroy=load ptr,ptr %destroy.at
call void %destroy(ptr %args)
ret i1 true
}

define internal i64 @threads(ptr %frame, i64 %cells) nounwind {
; threads to use: those of XLA's pool, but no more than there are groups of cells
entry:
%rest=add i64 %cells,18455
%groups=udiv i64 %rest,18456
%several=icmp ugt i64 %groups,1
br i1 %several,label %ask,label %one
ask:
%number=alloca i64,align 8
store i64 1,ptr %number
%args=alloca [32 x i8],align 8
%size=getelementptr i8,ptr %args,i64 0
store i64 32,ptr %size
%extension=getelementptr i8,ptr %args,i64 8
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 24
%context=load ptr,ptr %context.at
%context.to=getelementptr i8,ptr %args,i64 16
store ptr %context,ptr %context.to
%number.to=getelementptr i8,ptr %args,i64 24
store ptr %number,ptr %number.to
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%ask.at=getelementptr i8,ptr %api,i64 144
%pool=load ptr,ptr %ask.at
%error=call ptr %pool(ptr %args)
%no.pool=call i1 @failed(ptr %frame,ptr %error)
br i1 %no.pool,label %one,label %limit
limit:
%workers=load i64,ptr %number
%fewer=icmp ult i64 %workers,%groups
%use=select i1 %fewer,i64 %workers,i64 %groups
ret i64 %use
one:
ret i64 1
}

define internal void @spread(ptr %frame, ptr %job, i64 %threads) nounwind {
; ask the pool for all threads but this one; a refusal costs speed only
entry:
%args=alloca [40 x i8],align 8
%size=getelementptr i8,ptr %args,i64 0
store i64 40,ptr %size
%extension=getelementptr i8,ptr %args,i64 8
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 24
%context=load ptr,ptr %context.at
%context.to=getelementptr i8,ptr %args,i64 16
store ptr %context,ptr %context.to
%task=getelementptr i8,ptr %args,i64 24
store ptr @task,ptr %task
%data=getelementptr i8,ptr %args,i64 32
store ptr %job,ptr %data
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%schedule.at=getelementptr i8,ptr %api,i64 136
%schedule=load ptr,ptr %schedule.at
br label %test
test:
%i=phi i64 [1,%entry],[%i.next,%step],[%i.next,%refused]
%more=icmp ult i64 %i,%threads
br i1 %more,label %step,label %done
step:
%i.next=add i64 %i,1
%error=call ptr %schedule(ptr %args)
%bad=call i1 @failed(ptr %frame,ptr %error)
br i1 %bad,label %refused,label %test
refused:
call void @release(ptr %job)
br label %test
done:
ret void
}
