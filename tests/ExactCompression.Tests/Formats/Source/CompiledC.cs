using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Source;

/// <summary>C source that a compiler has made a library of, which the test calls.</summary>
internal sealed class CompiledC : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly nint library;

    /// <summary>Writes a network and compiles it; without a compiler the test is skipped.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="options">What is stated beside it.</param>
    /// <param name="file">The file's name.</param>
    public CompiledC(ReluNetwork network, WeightPrecision precision, CSourceOptions? options = null, string file = "small.c")
    {
        RequireCompiler();
        NetworkFormats.Write(network, folder.File(file), precision, source: options);
        Text = File.ReadAllText(folder.File(file));
        File.Move(folder.File(file), folder.File("source.c"));
        Assert.Equal("", Compile());
        library = NativeLibrary.Load(folder.File("source.so"));
    }

    private unsafe delegate void Function(void* input, void* output);

    private unsafe delegate int Check(void* input);

    /// <summary>The source.</summary>
    public string Text { get; }

    /// <summary>Skips a test where there is no compiler.</summary>
    public static void RequireCompiler() => Skip.If(
        OperatingSystem.IsWindows() || InstalledProgram.Find("gcc") is null,
        "There is no gcc on this machine, so nothing tests the C source.");

    /// <summary>Whether a function has been compiled.</summary>
    /// <param name="name">Its name.</param>
    public bool Has(string name) => NativeLibrary.TryGetExport(library, name, out _);

    /// <summary>What a function computes.</summary>
    /// <typeparam name="T">The precision.</typeparam>
    /// <param name="input">The input.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="name">The function.</param>
    public unsafe T[] Evaluate<T>(T[] input, int outputs, string name = "small")
        where T : unmanaged
    {
        var call = Marshal.GetDelegateForFunctionPointer<Function>(NativeLibrary.GetExport(library, name));
        var output = new T[outputs];
        fixed (T* from = input, to = output)
            call(from, to);
        return output;
    }

    /// <summary>Whether an input is in the domain.</summary>
    /// <typeparam name="T">The precision.</typeparam>
    /// <param name="input">The input.</param>
    public unsafe bool IsInDomain<T>(T[] input)
        where T : unmanaged
    {
        var call = Marshal.GetDelegateForFunctionPointer<Check>(NativeLibrary.GetExport(library, "small_in_domain"));
        fixed (T* from = input)
            return call(from) == 1;
    }

    public void Dispose()
    {
        if (library != 0)
            NativeLibrary.Free(library);
        folder.Dispose();
    }

    private string Compile()
    {
        var start = new ProcessStartInfo("gcc") { RedirectStandardError = true };
        foreach (string argument in (string[])
            ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wmissing-prototypes", "-shared", "-fPIC",
                folder.File("source.c"), "-o", folder.File("source.so")])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? errors : $"gcc ends with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {errors}";
    }
}
