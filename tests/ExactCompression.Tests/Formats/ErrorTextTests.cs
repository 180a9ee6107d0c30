using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Messages stay short and printable, whatever they quote.</summary>
public class ErrorTextTests
{
    private static readonly string Long = new string('a', 3000) + new string('z', 3000);

    [Fact]
    public void Message_LongNames_AreShortenedAndTheAdviceStays()
    {
        var e = new InvalidFileException(
            "X", "/folder/file.pt", $"tensor {Long}", $"The names '{Long}' and '{Long}' differ.", "Advice it so.");

        Assert.True(e.Message.Length <= 1000, $"{e.Message.Length}");
        Assert.StartsWith("/folder/file.pt: tensor aaa", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Advice it so.", e.Message, StringComparison.Ordinal);
        Assert.True(e.Place.Length <= 200);
        Assert.DoesNotContain(new string('a', 201), e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('z', 201), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_QuotesWithinAShortEnoughMessage_AreShortened()
    {
        var e = new InvalidInputException("X", $"There is no '{new string('q', 400)}'.", "Give another.");

        Assert.True(e.Message.Length < 260, $"{e.Message.Length}");
        Assert.EndsWith("'. Give another.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_ControlCharacters_AreReplaced()
    {
        var e = new InvalidInputException("X", "The name 'a\u001b[31m\nb\u0085\0' is bad.", "Advice.");
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public void Shortened_SurrogatePairs_AreNotTorn()
    {
        string text = string.Concat(Enumerable.Repeat("\U0001F600", 1000));
        for (int longest = 20; longest < 60; longest++)
        {
            string cut = ErrorText.Shortened(text, longest);
            Assert.True(cut.Length <= longest);
            Assert.Equal(cut.Count(char.IsHighSurrogate), cut.Count(char.IsLowSurrogate));
            Assert.Equal((cut.Length - 3) / 2, cut.Count(char.IsHighSurrogate));
        }
    }

    [Fact]
    public void Message_OrdinaryText_IsAsItWas() =>
        Assert.Equal(
            "f.onnx: node 'a' (Add): It isn't known. Advice.",
            new InvalidFileException("X", "f.onnx", "node 'a' (Add)", "It isn't known.", "Advice.").Message);

    [Fact]
    public void Warnings_OfReaders_AreShortened()
    {
        // A column name of a state dict, a comment of a file: whatever a reader passes on. Here one that a header makes it say.
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        string path = folder.Write("n.nnet", "1\n2,1\n0\n0\n0\n0\n0\n1,1\n0\n"u8.ToArray());
        NetworkFormats.Read(path, options: new() { Warning = warnings.Add });
        Assert.All(warnings, static text => Assert.True(text.Length <= 1000));
    }
}
