using System.Text;

namespace ExactCompression.Formats;

/// <summary>The words of a name: runs of letters, in lower case, also where only upper case begins them.</summary>
internal static class NameWords
{
    public static IEnumerable<string> Of(string name)
    {
        var word = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool begins = char.IsAsciiLetterUpper(c) && i > 0 && char.IsAsciiLetterLower(name[i - 1]);
            if ((begins || !char.IsAsciiLetter(c)) && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }

            if (char.IsAsciiLetter(c))
                word.Append(char.ToLowerInvariant(c));
        }

        if (word.Length > 0)
            yield return word.ToString();
    }
}
