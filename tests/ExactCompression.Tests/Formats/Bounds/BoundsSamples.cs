using System.IO.Compression;
using Xunit;

namespace ExactCompression.Tests.Formats.Bounds;

/// <summary>Tables to write as files of bounds.</summary>
internal static class BoundsSamples
{
    /// <summary>A chain over three inputs: of layers with four neurons and then two, or of layers of two with these names.</summary>
    public static ReluNetwork Chain(Random random, params string[] names)
    {
        int[] widths = names.Length == 0 ? [3, 4, 2, 2] : [3, .. names.Select(static _ => 2), 2];
        var layers = new List<AffineLayer>();
        for (int k = 1; k < widths.Length; k++)
        {
            layers.Add(
                new(Numbers(widths[k] * widths[k - 1]), Numbers(widths[k]), widths[k], widths[k - 1],
                    k == widths.Length - 1 ? Activation.Identity : Activation.Relu) { Name = k <= names.Length ? names[k - 1] : "" });
        }

        return new(layers, "sample");

        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))];
    }

    /// <summary>A table with bounds of all sizes, states that fit them, any evidence, over any box.</summary>
    public static StabilityTable Table(Random random)
    {
        ReluNetwork network = Chain(random);
        double[] lower = [.. Enumerable.Range(0, 3).Select(_ => random.NextDouble() - 1)];
        string? name = random.Next(2) == 0 ? "my \"box\", \u00e9\U0001F600" : null;
        InputDomain domain = random.Next(2) == 0 ? InputDomain.Uniform(-1, random.NextDouble())
            : new InputDomain(lower, [.. lower.Select(l => l + random.NextDouble())], name);
        var neurons = new List<NeuronStability>();
        foreach (NeuronStability blank in StabilityTable.Undecided(network).Neurons)
        {
            double a = Bound(random), b = Bound(random);
            (double low, double high) = a <= b ? (a, b) : (b, a);
            NeuronState state = random.Next(4) == 0 || low == high ? NeuronState.Undetermined
                : low >= 0 ? NeuronState.StablyActive : high <= 0 ? NeuronState.StablyInactive : NeuronState.Unstable;
            neurons.Add(new()
            {
                Layer = blank.Layer, Neuron = blank.Neuron, State = state, LowerBound = low, UpperBound = high,
                Evidence = state == NeuronState.Undetermined ? "" : ((string[])["Crown", "Milp (Scip, 1e-06)", "Witness"])[random.Next(3)],
            });
        }

        return StabilityTable.Found(network, domain, [.. neurons]);
    }

    /// <summary>A table of unstable neurons with the same bounds.</summary>
    public static StabilityTable Unstable(ReluNetwork network, double lower, double upper) => StabilityTable.Found(
        network, InputDomain.Unit,
        [.. StabilityTable.Undecided(network).Neurons.Select(n => new NeuronStability
        {
            Layer = n.Layer, Neuron = n.Neuron, State = NeuronState.Unstable, LowerBound = lower, UpperBound = upper, Evidence = "Witness",
        })]);

    /// <summary>A table that was read has what was written, as claims.</summary>
    public static void RequireSame(StabilityTable table, StabilityTable read)
    {
        Assert.Equal(table.Domain.Lower.ToArray(), read.Domain.Lower.ToArray());
        Assert.Equal(table.Domain.Upper.ToArray(), read.Domain.Upper.ToArray());
        Assert.Equal(table.Domain.Description, read.Domain.Description);
        Assert.Equal(
            table.Neurons.Select(static n => (n.ToString(), n.LowerBound, n.UpperBound,
                n.State == NeuronState.Undetermined ? "" : $"Imported ({n.Evidence})")),
            read.Neurons.Select(static n => (n.ToString(), n.LowerBound, n.UpperBound, n.Evidence)));
        Assert.DoesNotContain(read.Neurons, static n => n.IsProven);
    }

    /// <summary>Replaces a file in an archive, or removes it.</summary>
    public static void ReplaceMember(string path, string name, byte[]? content)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update);
        zip.GetEntry(name)!.Delete();
        if (content is null)
            return;
        using Stream stream = zip.CreateEntry(name).Open();
        stream.Write(content);
    }

    private static double Bound(Random random) => random.Next(10) switch
    {
        0 => double.NegativeInfinity,
        1 => double.PositiveInfinity,
        2 => 0,
        3 => (random.NextDouble() - 0.5) * 1e300,
        4 => (random.NextDouble() - 0.5) * 1e-310,
        5 => random.Next(2) == 0 ? double.MaxValue : -double.Epsilon,
        6 => (float)random.NextDouble(),
        _ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-50, 50)),
    };
}
