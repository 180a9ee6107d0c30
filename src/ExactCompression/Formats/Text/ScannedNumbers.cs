namespace ExactCompression.Formats;

/// <summary>Numbers read from text, as doubles and as floats until the whole file has shown which precision it uses.</summary>
internal sealed class ScannedNumbers
{
    private readonly double[] doubles;
    private readonly float[] singles;

    public ScannedNumbers(NumberScanner scanner, int count, string what)
    {
        scanner.RequireNumbers(count, what + "s");
        doubles = new double[count];
        singles = new float[count];
        for (int i = 0; i < count; i++)
            (doubles[i], singles[i]) = scanner.Number(what);
    }

    public double[] As(WeightPrecision precision) =>
        precision == WeightPrecision.Float64 ? doubles : Array.ConvertAll(singles, static s => (double)s);
}
