using System.Text;

namespace ExactCompression.Formats;

/// <summary>Writes mixed-integer programs: MPS in its free form (<c>.mps</c>) and the LP format of CPLEX (<c>.lp</c>).</summary>
public static class MilpModelFiles
{
    private const int Buffer = 1 << 16;

    /// <summary>The file of a program's start solution: that of the program, with <c>.mst</c> after it.</summary>
    /// <param name="path">The file of the program.</param>
    public static string StartOf(string path) => path + ".mst";

    /// <summary>Writes a program, beside the target first and then moved into place.</summary>
    /// <param name="model">The program.</param>
    /// <param name="path">Full path.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>, and writes nothing.</param>
    /// <exception cref="InvalidInputException">The extension is neither <c>.mps</c> nor <c>.lp</c>.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(MilpModel model, string path, bool overwrite = true, CancellationToken cancellation = default)
    {
        MilpModelFormat format = Format(path);
        Write(path, overwrite, writer => format.Write(model, writer), cancellation);
    }

    /// <summary>Writes a program's start solution: a line for each variable, its name and its value.</summary>
    /// <param name="model">A program with a start solution.</param>
    /// <param name="path">Full path.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>, and writes nothing.</param>
    /// <exception cref="ArgumentException">The program has none.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void WriteStart(MilpModel model, string path, bool overwrite = true, CancellationToken cancellation = default)
    {
        IReadOnlyList<double> start = model.Start ?? throw new ArgumentException("The program has no start solution.", nameof(model));
        Write(path, overwrite, writer =>
        {
            writer.WriteLine($"# Start solution of {model.Name}");
            for (int k = 0; k < start.Count; k++)
                writer.WriteLine($"{model.Variables[k].Name} {MpsText.Number(start[k])}");
        }, cancellation);
    }

    /// <summary>Refuses a name that selects no format for programs.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="InvalidInputException">The extension is neither <c>.mps</c> nor <c>.lp</c>.</exception>
    public static void RequireWritable(string path) => Format(path);

    private static void Write(string path, bool overwrite, Action<TextWriter> write, CancellationToken cancellation) =>
        NetworkFiles.Replace(path, overwrite, stream =>
        {
            var output = new CancellableOutput(stream, cancellation);
            using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Buffer, leaveOpen: true)
            {
                NewLine = "\n",
            };
            write(writer);
        });

    private static MilpModelFormat Format(string path) =>
        FileKinds.Require(MilpModelFormat.All, path, "UnknownProgramExtension", "programs");
}
