namespace ExactCompression.Formats;

/// <summary>A format of mixed-integer programs.</summary>
/// <param name="Extension">Its extension.</param>
/// <param name="Write">Writes a program.</param>
internal sealed record MilpModelFormat(string Extension, Action<MilpModel, TextWriter> Write) : IFileKind
{
    /// <summary>All formats.</summary>
    public static IReadOnlyList<MilpModelFormat> All { get; } = [new(".mps", MpsText.Write), new(".lp", LpText.Write)];

    /// <inheritdoc/>
    public string Purpose => "";
}
