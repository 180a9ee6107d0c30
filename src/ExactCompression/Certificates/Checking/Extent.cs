namespace ExactCompression.Certificates.Checking;

/// <summary>How much a certificate may ask for: a small file can describe relations, trees and points of any size.</summary>
internal static class Extent
{
    /// <summary>Numbers in one array; a gibibyte of doubles.</summary>
    public const long Most = 1L << 27;

    /// <summary>Depth of trees: each level is a call.</summary>
    public const int Deepest = 1000;

    /// <summary>Refuses what takes too much to check.</summary>
    /// <param name="place">What asks for it.</param>
    /// <param name="counts">Lengths of arrays.</param>
    /// <exception cref="Refusal">One is more than <see cref="Most"/>.</exception>
    public static void Require(string place, params ReadOnlySpan<long> counts)
    {
        foreach (long count in counts)
        {
            if (count is < 0 or > Most)
                throw new Refusal(place, $"Checking it takes {count} numbers at a time; more than {Most} are not taken.");
        }
    }
}
