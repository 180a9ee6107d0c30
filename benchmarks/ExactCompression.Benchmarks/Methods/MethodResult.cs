namespace ExactCompression.Benchmarks;

/// <summary>The result of one method on one network.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Architecture">Its widths.</param>
/// <param name="Method">The method.</param>
/// <param name="Table">Its verdicts.</param>
internal sealed record MethodResult(string Network, string Architecture, string Method, StabilityTable Table)
{
    public double Seconds => Table.Elapsed.TotalSeconds;

    /// <summary>Whether it decided every neuron; otherwise its seconds are a lower bound on what it needs.</summary>
    public bool Finished => Table.Undetermined == 0;

    /// <summary>
    /// How many times as long another method takes; a lower bound where that one did not finish, none where this one did not or the other
    /// is not there.
    /// </summary>
    public string Against(MethodResult? other) =>
        other is null || !Finished
            ? ""
            : string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{(other.Finished ? "" : ">")}{other.Seconds / Seconds:G3}");
}
