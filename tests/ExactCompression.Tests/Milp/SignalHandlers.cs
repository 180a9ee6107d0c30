using System.Runtime.InteropServices;

namespace ExactCompression.Tests.Milp;

/// <summary>Asks Linux which handler a signal has.</summary>
internal static partial class SignalHandlers
{
    private const int Interrupt = 2;

    /// <summary>The library that the handler of SIGINT is in; empty for none.</summary>
    public static string LibraryOfInterrupt()
    {
        // The handler is the first field of glibc's struct sigaction, which is smaller than this.
        Span<nint> action = stackalloc nint[64];
        if (GetAction(Interrupt, 0, ref MemoryMarshal.GetReference(action)) != 0)
            throw new InvalidOperationException("sigaction failed.");
        return action[0] is 0 or 1 || FindSymbol(action[0], out SymbolInfo info) == 0 ? "" : Marshal.PtrToStringUTF8(info.File) ?? "";
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int GetAction(int signal, nint none, ref nint action);

    [LibraryImport("libc.so.6", EntryPoint = "dladdr")]
    private static partial int FindSymbol(nint address, out SymbolInfo info);

    [StructLayout(LayoutKind.Sequential)]
    private struct SymbolInfo
    {
        public nint File;
        public nint FileBase;
        public nint Symbol;
        public nint SymbolAddress;
    }
}
