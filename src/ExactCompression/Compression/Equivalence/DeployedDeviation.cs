using ExactCompression.Bounds.Deployed;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>How far the outputs of two networks can be from each other where both are computed in float32.</summary>
internal static class DeployedDeviation
{
    /// <summary>Adds what the arithmetic of both networks can do to a bound on their difference in real arithmetic.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second, with as many inputs and outputs.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="proven">A bound on the difference in real arithmetic.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>A bound for all float32 inputs of the domain; infinity where none is known.</returns>
    /// <exception cref="InvalidInputException">A network has nodes whose float32 arithmetic is not specified.</exception>
    public static double Between(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, double proven, CancellationToken cancellation)
    {
        InputDomain box = domain.For(reference.InputSize);
        double[] first = Errors(reference, box, cancellation), second = Errors(difference, box, cancellation);
        return UpperBound.Add(proven, first.Zip(second, UpperBound.Add).Aggregate(0.0, Math.Max));
    }

    /// <summary>Throws where a network's float32 arithmetic is not specified.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidInputException">It has nodes such as a Sigmoid.</exception>
    public static void Require(ReluNetwork network)
    {
        try
        {
            foreach (NodewiseGraph nodes in Nodes(network))
                NodeCharges.Of(nodes);
        }
        catch (NotSupportedException e)
        {
            throw NotSpecified(network, e.Message);
        }
    }

    /// <summary>Prepares runs of a network in float32.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidInputException">It has nodes such as a Sigmoid.</exception>
    public static SingleRun RunOf(ReluNetwork network)
    {
        Require(network);
        return new(FileNodes.Of(network));
    }

    private static IEnumerable<NodewiseGraph> Nodes(ReluNetwork network)
    {
        if (network.Interface?.Narrowed is { } narrowed)
            throw NotSpecified(network, $"'{narrowed}' has values of 16 bits");
        if (!network.IsDense)
        {
            if (network.Lowered.Heads is not null)
                throw NotSpecified(network, "its softmax");
            network.Lowered.RequireScores(network.Name);
        }

        return FileNodes.FormsOf(network);
    }

    private static double[] Errors(ReluNetwork network, InputDomain box, CancellationToken cancellation)
    {
        try
        {
            IEnumerable<double[]> errors = Nodes(network).Select(nodes => DeployedError.Of(nodes, box, cancellation));
            return errors.Aggregate(static (most, others) => [.. most.Zip(others, Math.Max)]);
        }
        catch (NotSupportedException e)
        {
            throw NotSpecified(network, e.Message);
        }
    }

    private static InvalidInputException NotSpecified(ReluNetwork network, string what) => new(
        "ArithmeticNotSpecified", $"How runtimes compute '{network.Name}' in float32 is not specified: {what}.",
        "Leave -Arithmetic out: real arithmetic is specified. A network that ends with a softmax may be exported with its scores as "
            + "outputs.");
}
