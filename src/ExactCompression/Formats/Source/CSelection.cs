using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>A selection of elements in C: an index for each, or one beyond the last where nothing is added, and one factor.</summary>
internal sealed class CSelection : CTerm
{
    private readonly int[] sources;
    private readonly double factor;

    private CSelection(ILinearMap map, int[] sources, double factor, string function, string number, CArrays arrays)
        : base(map, function, number, arrays) => (this.sources, this.factor) = (sources, factor);

    private bool HasNone => Array.Exists(sources, j => j == Inputs);

    private int Largest => HasNone ? Inputs : Inputs - 1;

    /// <summary>The term of a map; null where it is no selection.</summary>
    /// <param name="map">The map.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="number">What tells its arrays from those of other terms.</param>
    /// <param name="arrays">Writes arrays.</param>
    public static CSelection? TryOf(ILinearMap map, string function, string number, CArrays arrays)
    {
        if (map.FanIn > 1)
            return null;
        var sources = new int[map.Output.Count];
        double? factor = null;
        var row = new SparseRow();
        for (int i = 0; i < sources.Length; i++)
        {
            map.ReadRow(i, row);
            sources[i] = row.Count == 0 ? map.Input.Count : row.Columns[0];
            if (row.Count == 0)
                continue;
            if (factor is { } other && other != row.Weights[0])
                return null;
            factor = row.Weights[0];
        }

        // Without any entry it is the rows of a matrix, all of them empty.
        return factor is { } only ? new(map, sources, only, function, number, arrays) : null;
    }

    /// <inheritdoc/>
    public override void WriteArrays() => Arrays.Write($"c{Number}", Largest, sources);

    /// <inheritdoc/>
    public override IEnumerable<string> Loops(string begin, string end)
    {
        string times = factor == 1 ? "" : $"{Arrays.Literal(factor)} * ";
        string inputs = Inputs.ToString(CultureInfo.InvariantCulture);
        return
        [
            $"const {CArrays.IndexType(Largest)} *c = {Name('c')};",
            $"for (int i = 0; i < {Outputs.ToString(CultureInfo.InvariantCulture)}; i++) {{",
            $"    {Arrays.Real} z = {begin};",
            .. HasNone ? [$"    if (c[i] != {inputs})", $"        z += {times}x[c[i]];"] : (string[])[$"    z += {times}x[c[i]];"],
            $"    y[i] = {end};",
            "}",
        ];
    }
}
