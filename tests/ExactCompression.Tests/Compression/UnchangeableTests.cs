using System.Reflection;
using ExactCompression.Tests.Certificates;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// The networks that a proof belongs to cannot be changed afterwards, not even as a script can: by setting init-only properties, and by
/// writing into arrays.
/// </summary>
public class UnchangeableTests
{
    private static readonly ReluNetwork Network = ForgeryTests.Network(
        ForgeryTests.Relu([1, 1], [-0.5, 1], 1), ForgeryTests.Output([4, 1], [0], 2));

    [Fact]
    public void Verdicts_OfATable_CannotBeSet()
    {
        StabilityTable found = StabilityAnalysis.FindStable(StabilityTable.Undecided(Network), null, new(), default);
        foreach (PropertyInfo property in typeof(NeuronStability).GetProperties().Where(static p => p.CanWrite))
            AssertRefused(property, found.Neurons[0]);
        Assert.Equal(NeuronState.Unstable, found.Neurons[0].State);

        // Verdicts that a caller keeps are copies, not those of the table.
        NeuronStability[] own = [new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined },
            new() { Layer = 1, Neuron = 1, State = NeuronState.Undetermined }];
        var table = new StabilityTable(Network, InputDomain.Unit, own);
        typeof(NeuronStability).GetProperty(nameof(NeuronStability.State))!.SetValue(own[0], NeuronState.StablyInactive);
        Assert.Equal(NeuronState.Undetermined, table.Neurons[0].State);
    }

    [Fact]
    public void Compression_MadeHere_CannotBeSet()
    {
        CompressionResult result = Made.Compression(Network);
        Assert.True(result.IsProven);
        foreach (PropertyInfo property in typeof(CompressionResult).GetProperties().Where(static p => p.SetMethod is { IsPublic: true }))
            AssertRefused(property, result);
        Assert.Throws<NotSupportedException>(() => ((System.Collections.IList)result.Steps).Clear());
    }

    [Fact]
    public void Networks_LayersAndDomains_KeepTheirOwnNumbers()
    {
        Assert.Throws<NotSupportedException>(() => ((System.Collections.IList)Network.Layers)[0] = Network.Layers[1]);
        double[] weights = [1], bias = [2], radius = [0.5], lower = [0.5], upper = [1];
        var layer = new AffineLayer(weights, bias, 1, 1, Activation.Identity, WeightPrecision.Float64, radius, radius);
        var domain = new InputDomain(lower, upper);
        (weights[0], bias[0], radius[0], lower[0], upper[0]) = (9, 9, 9, -9, 9);
        Assert.Equal((1, 2, 0.5, 0.5), (layer.Weights.Span[0], layer.Bias.Span[0], layer.WeightRadius.Span[0], layer.BiasRadius.Span[0]));
        Assert.Equal((0.5, 1), (domain.Lower.Span[0], domain.Upper.Span[0]));
    }

    private static void AssertRefused(PropertyInfo property, object target)
    {
        object? value = property.GetValue(target);
        Assert.IsType<InvalidOperationException>(
            Assert.Throws<TargetInvocationException>(() => property.SetValue(target, value)).InnerException);
    }
}
