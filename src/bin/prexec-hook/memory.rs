//! Copying, filling and comparing memory: the compiler calls these by the C library's names. They are written in assembly because
//! of a loop in Rust that copies bytes the compiler would make a call to the very function that it is in.
#![allow(unsafe_code, reason = "the functions of the C library have no safe form; each keeps the contract of its name")]

use core::arch::naked_asm;

/// Copies `n` bytes; the two places do not overlap, or the first begins before the second.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "cmp rdx, 16",
        "jb 4f",
        "cmp rdx, 1024",
        "jae 3f",
        // Blocks of 16 bytes, and the last 16, which may overlap the block before.
        "movups xmm1, [rsi + rdx - 16]",
        "lea rcx, [rdi + rdx - 16]",
        "2:",
        "movups xmm0, [rsi]",
        "movups [rdi], xmm0",
        "add rsi, 16",
        "add rdi, 16",
        "cmp rdi, rcx",
        "jb 2b",
        "movups [rcx], xmm1",
        "ret",
        "3:",
        "mov rcx, rdx",
        "rep movsb",
        "ret",
        // The first and the last 8, or 4, which may overlap.
        "4:",
        "cmp rdx, 8",
        "jb 5f",
        "mov rcx, [rsi]",
        "mov r8, [rsi + rdx - 8]",
        "mov [rdi], rcx",
        "mov [rdi + rdx - 8], r8",
        "ret",
        "5:",
        "cmp rdx, 4",
        "jb 6f",
        "mov ecx, [rsi]",
        "mov r8d, [rsi + rdx - 4]",
        "mov [rdi], ecx",
        "mov [rdi + rdx - 4], r8d",
        "ret",
        // One to three: the first, the middle, the last.
        "6:",
        "test rdx, rdx",
        "je 7f",
        "mov r10, rdx",
        "shr r10, 1",
        "movzx ecx, byte ptr [rsi]",
        "movzx r8d, byte ptr [rsi + r10]",
        "movzx r9d, byte ptr [rsi + rdx - 1]",
        "mov [rdi], cl",
        "mov [rdi + r10], r8b",
        "mov [rdi + rdx - 1], r9b",
        "7:",
        "ret",
    );
}

/// Copies `n` bytes.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    naked_asm!(
        // From the front, unless that would write over what is still to be read.
        "mov rcx, rdi",
        "sub rcx, rsi",
        "cmp rcx, rdx",
        "jae {memcpy}",
        "cmp rdx, 16",
        "jb {memcpy}", // which reads everything before it writes
        "mov rax, rdi",
        "movups xmm1, [rsi]",
        "2:",
        "movups xmm0, [rsi + rdx - 16]",
        "movups [rdi + rdx - 16], xmm0",
        "sub rdx, 16",
        "cmp rdx, 16",
        "ja 2b",
        "movups [rdi], xmm1",
        "ret",
        memcpy = sym memcpy,
    );
}

/// Fills `n` bytes.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, n: usize) -> *mut u8 {
    naked_asm!(
        "cmp rdx, 16",
        "jb 3f",
        "cmp rdx, 1024",
        "jae 3f",
        "movzx eax, sil",
        "mov rcx, 0x0101010101010101",
        "imul rax, rcx",
        "movq xmm0, rax",
        "punpcklqdq xmm0, xmm0",
        "mov rax, rdi",
        "lea rcx, [rdi + rdx - 16]",
        "2:",
        "movups [rdi], xmm0",
        "add rdi, 16",
        "cmp rdi, rcx",
        "jb 2b",
        "movups [rcx], xmm0",
        "ret",
        "3:",
        "mov r8, rdi",
        "mov eax, esi",
        "mov rcx, rdx",
        "rep stosb",
        "mov rax, r8",
        "ret",
    );
}

/// The order of two times `n` bytes: less than, equal to or greater than 0.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    naked_asm!(
        "xor eax, eax",
        "2:",
        "cmp rdx, 8",
        "jb 4f",
        "mov rcx, [rdi]",
        "mov r8, [rsi]",
        "add rdi, 8",
        "add rsi, 8",
        "sub rdx, 8",
        "cmp rcx, r8",
        "je 2b",
        // The first byte counts most.
        "bswap rcx",
        "bswap r8",
        "cmp rcx, r8",
        "sbb eax, eax",
        "or eax, 1",
        "ret",
        "4:",
        "test rdx, rdx",
        "je 5f",
        "movzx eax, byte ptr [rdi]",
        "movzx ecx, byte ptr [rsi]",
        "inc rdi",
        "inc rsi",
        "dec rdx",
        "sub eax, ecx",
        "je 4b",
        "5:",
        "ret",
    );
}

/// The bytes before a zero.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    naked_asm!(
        "mov rax, rdi",
        "2:",
        "cmp byte ptr [rax], 0",
        "je 3f",
        "inc rax",
        "jmp 2b",
        "3:",
        "sub rax, rdi",
        "ret",
    );
}

/// Copies `n` bytes; the two places do not overlap, or the first begins before the second.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    naked_asm!(
        "mov x3, x0",
        "2:",
        "cmp x2, #16",
        "b.lo 3f",
        "ldp x4, x5, [x1], #16",
        "stp x4, x5, [x3], #16",
        "sub x2, x2, #16",
        "b 2b",
        "3:",
        "cbz x2, 4f",
        "ldrb w4, [x1], #1",
        "strb w4, [x3], #1",
        "sub x2, x2, #1",
        "b 3b",
        "4:",
        "ret",
    );
}

/// Copies `n` bytes.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    naked_asm!(
        // From the front, unless that would write over what is still to be read.
        "sub x3, x0, x1",
        "cmp x3, x2",
        "b.lo 2f",
        "b {memcpy}",
        "2:",
        "add x3, x0, x2",
        "add x1, x1, x2",
        "3:",
        "cmp x2, #16",
        "b.lo 4f",
        "ldp x4, x5, [x1, #-16]!",
        "stp x4, x5, [x3, #-16]!",
        "sub x2, x2, #16",
        "b 3b",
        "4:",
        "cbz x2, 5f",
        "ldrb w4, [x1, #-1]!",
        "strb w4, [x3, #-1]!",
        "sub x2, x2, #1",
        "b 4b",
        "5:",
        "ret",
        memcpy = sym memcpy,
    );
}

/// Fills `n` bytes.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, n: usize) -> *mut u8 {
    naked_asm!(
        "mov x3, x0",
        "and x1, x1, #0xff",
        "mov x4, #0x0101010101010101",
        "mul x1, x1, x4",
        "2:",
        "cmp x2, #16",
        "b.lo 3f",
        "stp x1, x1, [x3], #16",
        "sub x2, x2, #16",
        "b 2b",
        "3:",
        "cbz x2, 4f",
        "strb w1, [x3], #1",
        "sub x2, x2, #1",
        "b 3b",
        "4:",
        "ret",
    );
}

/// The order of two times `n` bytes: less than, equal to or greater than 0.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    naked_asm!(
        "2:",
        "cmp x2, #8",
        "b.lo 3f",
        "ldr x3, [x0], #8",
        "ldr x4, [x1], #8",
        "sub x2, x2, #8",
        "cmp x3, x4",
        "b.eq 2b",
        // The first byte counts most.
        "rev x3, x3",
        "rev x4, x4",
        "cmp x3, x4",
        "mov w0, #1",
        "cneg w0, w0, lo",
        "ret",
        "3:",
        "cbz x2, 4f",
        "ldrb w3, [x0], #1",
        "ldrb w4, [x1], #1",
        "sub x2, x2, #1",
        "subs w3, w3, w4",
        "b.eq 3b",
        "mov w0, w3",
        "ret",
        "4:",
        "mov w0, #0",
        "ret",
    );
}

/// The bytes before a zero.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    naked_asm!("mov x1, x0", "2:", "ldrb w2, [x1], #1", "cbnz w2, 2b", "sub x0, x1, x0", "sub x0, x0, #1", "ret",);
}

/// Not 0 where two times `n` bytes differ.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!("jmp {memcmp}", memcmp = sym memcmp);
    #[cfg(target_arch = "aarch64")]
    naked_asm!("b {memcmp}", memcmp = sym memcmp);
}
