using System.Text;

namespace ExactCompression.Formats;

/// <summary>Writes mixed-integer programs: MPS in its free form (<c>.mps</c>) and the LP format of CPLEX (<c>.lp</c>).</summary>
public static class MilpModelFiles
{
    private const int Buffer = 1 << 16;

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
        NetworkFiles.Replace(path, overwrite, stream =>
        {
            var output = new CancellableOutput(stream, cancellation);
            using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Buffer, leaveOpen: true)
            {
                NewLine = "\n",
            };
            format.Write(model, writer);
        });
    }

    /// <summary>Refuses a name that selects no format for programs.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="InvalidInputException">The extension is neither <c>.mps</c> nor <c>.lp</c>.</exception>
    public static void RequireWritable(string path) => Format(path);

    private static MilpModelFormat Format(string path) =>
        FileKinds.Require(MilpModelFormat.All, path, "UnknownProgramExtension", "programs");
}
