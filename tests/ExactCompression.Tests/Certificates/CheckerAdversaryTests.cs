using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>Relations that anyone could have made up, each with the compressed network that suits it best: what the checker derives is never below the exact difference.</summary>
public class CheckerAdversaryTests
{
    [Fact]
    public void Derive_ForgedRelations_NeverBelowTheExactDifference()
    {
        const int Cases = 4000;
        int bounded = 0, positive = 0;
        Sampling.Seeds(Cases, seed =>
        {
            if (RelationForgery.Of(seed) is not { } forgery || forgery.Derived() is not (< double.PositiveInfinity and var derived))
                return;
            Interlocked.Increment(ref bounded);
            Rational observed = forgery.Observed();
            if (observed.Sign > 0)
                Interlocked.Increment(ref positive);
            Assert.True(observed <= derived, $"seed {seed}: {derived:R} is derived, but the networks differ by more");
        });
        Assert.InRange(bounded, Cases / 2, Cases);
        Assert.InRange(positive, Cases / 4, Cases);
    }
}
