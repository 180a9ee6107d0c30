namespace ExactCompression.Certificates.Checking;

/// <summary>What is proven of all elements of all values of a <see cref="CheckedGraph"/>, over the domain.</summary>
/// <param name="Lower">For each value, a lower bound of each of its elements; minus infinity where nothing is known.</param>
/// <param name="Upper">For each value, an upper bound of each of its elements; plus infinity where nothing is known.</param>
internal sealed record CheckedBounds(double[][] Lower, double[][] Upper);
